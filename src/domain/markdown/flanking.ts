/** CommonMark §6.2, left- and right-flanking; beside Chinese, Japanese and Korean, which part no words by
 *  spaces, punctuation inside the marks does not keep them from closing. */
export function flanks(char: string, before: string, after: string): { canOpen: boolean; canClose: boolean } {
  const left = !SPACE.test(after) && (!PUNCTUATION.test(after) || !WORD.test(before) || CJK.test(before))
  const right = !SPACE.test(before) && (!PUNCTUATION.test(before) || !WORD.test(after) || CJK.test(after))
  if (char !== '_') return { canOpen: left, canClose: right }
  return {
    canOpen: left && (!right || PUNCTUATION.test(before)),
    canClose: right && (!left || PUNCTUATION.test(after)),
  }
}

const SPACE = /^(?:\s|$)/u
const PUNCTUATION = /^[\p{P}\p{S}]/u
const WORD = /^[^\s\p{P}\p{S}]/u
const CJK = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
