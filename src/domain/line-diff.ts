/** What changes between two texts, line by line. */
export interface LineChange {
  readonly sign: '-' | '+'
  readonly line: string
}

/** The fewest lines that have to be taken out and put in, in order; for short texts (time grows with both lengths). */
export function lineDiff(before: string, after: string): LineChange[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const common = commonLengths(old, now)
  const changes: LineChange[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const [was, is] = [old[i], now[j]]
    if (was !== undefined && was === is) {
      i += 1
      j += 1
    } else if (
      is === undefined ||
      (was !== undefined && lengthAt(common, i + 1, j) >= lengthAt(common, i, j + 1))
    ) {
      changes.push({ sign: '-', line: was ?? '' })
      i += 1
    } else {
      changes.push({ sign: '+', line: is })
      j += 1
    }
  }
  return changes
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** At [i][j]: how many lines the rests from i and from j have in common, in order. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const lengths = old.map(() => now.map(() => 0))
  for (const [i, was] of [...old.entries()].toReversed()) {
    const row = lengths[i] ?? []
    for (const [j, is] of [...now.entries()].toReversed()) {
      row[j] =
        was === is
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1))
    }
  }
  return lengths
}

function lengthAt(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0
}
