/** The words that matter in a brief. */
import { words } from './text.ts'

const COMMON = new Set(
  `about above after again all also always and any are because been before being below between both but came can could did does
  down each even every few first for from further give given had has have having here into its just keep like long made make many
  more most much must need needs new next not now off once one only other our out over own per please put same shall should short
  some such than that the their them then there these they this those three through too two under until use used uses using very
  want was way well were what when where which while who why will with within without word words work would write you your
  draft include includes including text page pages sentence sentences section sections table list bullet point points
  aber alle als auch auf aus bei bis bitte dann das dass dem den der des die dies diese dieser doch durch ein eine einem einen einer
  eines etwa für gegen haben hat ihr ihre ist jede kann kein keine mehr mit nach nicht noch nur oder ohne sein seine sich sie sind
  soll sollen sowie über und uns unser unsere unter vom von vor war was wenn werden wie wir wird zum zur zwei drei wörter schreiben`.split(
    /\s+/,
  ),
)

/** Up to `limit` key terms of the text, lower case, the most frequent first, then by first appearance. */
export function keyTerms(text: string, limit: number): readonly string[] {
  const counts = new Map<string, number>()
  for (const word of words(text)) {
    if (isKey(word)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const ranked = [...counts.entries()].toSorted(([, one], [, other]) => other - one)
  return ranked.slice(0, limit).map(([word]) => word)
}

function isKey(word: string): boolean {
  if (COMMON.has(word)) return false
  if (/\d/.test(word)) return word.length >= 2
  // Two characters already are a word in languages that are not written in letters of an alphabet.
  return (
    word.length >= 4 ||
    (word.length >= 2 && /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word))
  )
}

/** The share of `terms` that `text` contains, 0 to 1; 1 when there are none. */
export function coverage(terms: readonly string[], text: string): number {
  if (terms.length === 0) return 1
  return (terms.length - missingTerms(terms, text).length) / terms.length
}

/** Those of `terms` that `text` does not contain. */
export function missingTerms(terms: readonly string[], text: string): readonly string[] {
  const lower = text.toLowerCase()
  return terms.filter(term => !lower.includes(term))
}
