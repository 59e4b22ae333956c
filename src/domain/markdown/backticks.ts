/** Where the runs of backticks of each length start in a text. */
export type BacktickRuns = ReadonlyMap<number, readonly number[]>

/** Finds all runs of backticks. */
export function backtickRuns(raw: string): BacktickRuns {
  const runs = new Map<number, number[]>()
  for (const match of raw.matchAll(/`+/g)) {
    const starts = runs.get(match[0].length)
    if (starts === undefined) runs.set(match[0].length, [match.index])
    else starts.push(match.index)
  }
  return runs
}

/** Where the next run of a length starts; found by halving, so that many runs stay cheap. */
export function nextRun(runs: BacktickRuns, size: number, from: number): number | undefined {
  const starts = runs.get(size) ?? []
  return starts[firstFrom(starts, from)]
}

/** The index of the first of rising places that is not before `from`; the length where all are. */
export function firstFrom(places: readonly number[], from: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}
