/** Measurements of contenders, by name, in the order of the rounds. */
export type Rounds<Name extends string, Sample> = Readonly<Record<Name, readonly Sample[]>>

/**
 * Measures every contender once a round, in turn (A B C, A B C, …), so that whatever else the machine does
 * falls on all of them alike. The first `warmUp` rounds count for nothing.
 */
export async function interleaved<Name extends string, Sample>(
  contenders: Readonly<Record<Name, () => Promise<Sample>>>,
  { rounds, warmUp = 0 }: { readonly rounds: number; readonly warmUp?: number },
): Promise<Rounds<Name, Sample>> {
  const names = namesOf(contenders)
  const samples = new Map<Name, Sample[]>(names.map(name => [name, []]))
  for (let round = 0; round < warmUp + rounds; round += 1) {
    for (const name of names) {
      const sample = await contenders[name]()
      if (round >= warmUp) samples.get(name)?.push(sample)
    }
  }
  // Every name has its list from the start.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(samples) as Record<Name, Sample[]>
}

function namesOf<Name extends string>(contenders: Readonly<Record<Name, unknown>>): Name[] {
  // The keys of an object are its names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(contenders) as Name[]
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** The median of one figure of the samples. */
export function medianOf<Sample>(samples: readonly Sample[], figure: (sample: Sample) => number): number {
  return median(samples.map(figure))
}
