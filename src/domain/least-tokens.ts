/** Scripts that put no spaces between words, and of which tokens hold few characters. */
const CHARACTERS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu

/** A word or a number. Marks, joiners and apostrophes belong to the letters before them. */
const WORD = /\p{L}(?:[\p{L}\p{M}'’]|\u200C|\u200D)*|\p{N}+/gu

/**
 * Tokens that a text has at least, whatever the model: for claims that must never be wrong. It counts words and
 * not bytes, because one token may stand for any number of spaces, dashes or equal letters, and for fifteen bytes
 * and more of Hindi or Tamil; but tokenizers split between words, so that each is a token or more. Three quarters of
 * that are claimed, for the few that join common words. Without spaces between words, a token is claimed for every
 * four characters of Chinese and Japanese, and next to nothing for Thai.
 */
export function leastTokens(text: string): number {
  let words = 0
  for (const [word] of text.matchAll(WORD)) {
    words += Math.max(1, (word.match(CHARACTERS)?.length ?? 0) / 3)
  }
  return Math.floor((words * 3) / 4)
}
