/**
 * The candidate that a mistyped word most likely meant, or null where none is near enough to be worth saying:
 * at most one edit in three letters, three in all. An edit is a letter added, dropped, changed, or swapped with
 * its neighbour (Damerau-Levenshtein); letter case does not count. Of equally near ones the first wins.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Infinity
  const wordLetters = letters(word)
  for (const candidate of candidates) {
    // A list of models may be long, and so may be their names: none that is too long to be near is compared.
    if (candidate.length > MOST_UNITS_A_LETTER * (word.length + MOST_EDITS)) continue
    const distance = editDistance(wordLetters, letters(candidate))
    if (distance < bestDistance && distance <= allowedEdits(word, candidate)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const MOST_EDITS = 3
/** Of a letter before its marks are joined to it. */
const MOST_UNITS_A_LETTER = 4

function allowedEdits(word: string, candidate: string): number {
  const shorter = Math.min(word.length, candidate.length)
  const longer = Math.max(word.length, candidate.length)
  // One letter for another of two is still a likely slip; of one, it is a different word.
  return shorter < 2 ? 0 : Math.min(MOST_EDITS, Math.max(1, Math.floor((longer - 1) / 3)))
}

function letters(text: string): string[] {
  return Array.from(text.normalize('NFC').toLowerCase())
}

/** Restricted Damerau-Levenshtein distance, by the whole table: words are short. */
function editDistance(from: readonly string[], to: readonly string[]): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity
  for (let row = 1; row <= from.length; row++) {
    rows.push([row])
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + changed,
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return at(from.length, to.length)
}
