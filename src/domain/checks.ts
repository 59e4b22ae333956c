import { asksForDetails, wantsAsking } from './asks-for-details.ts'
import { brokenJson, isBareJson } from './json-check.ts'
import { looksLike } from './language.ts'
import type { TaskType } from './task-type.ts'

/** Version of the checks, for receipts; changes whenever the findings of an output can change. */
export const CHECKS_VERSION = 'checks/2'

/** What the operator asks of every output of a kind. */
export interface CheckRules {
  /** Visible text shorter than this, in characters without the white space around it, is too short. */
  readonly minCharacters: number
  /** Words and phrases that must not appear, in any letter case. */
  readonly bannedTerms: readonly string[]
  /** A language tag such as `de`; null where outputs may be in any. */
  readonly language: string | null
}

/** One failed check. `text` says what to do better; it goes to the revision as it is. */
export interface CheckFinding {
  readonly check:
    'empty' | 'too_short' | 'asks_for_details' | 'wrong_language' | 'banned_term' | 'broken_json'
  readonly text: string
}

/** What the checks need to know of a task. */
export interface CheckedTask {
  readonly type: TaskType
  readonly brief: string
}

/**
 * The deterministic checks that come before any judge is paid (SPEC §8): the same output gives the same
 * findings, in a fixed order; none means it may be judged. They find only what is certain: a wrong finding costs
 * a revision, a missed one the price of a judgement. An empty output gets that one finding.
 */
export function checkOutput(output: string, task: CheckedTask, rules: CheckRules): CheckFinding[] {
  const empty = checkEmpty(output)
  if (empty.length > 0) return empty
  return [
    ...checkLength(output, rules.minCharacters),
    ...checkAsking(output, task),
    ...checkLanguage(output, task, rules.language),
    ...rules.bannedTerms.flatMap(term => checkBannedTerm(output, term)),
    ...checkJson(output, task),
  ]
}

function checkEmpty(output: string): CheckFinding[] {
  const visible = output.replace(/^[ \t]*(?:```|~~~).*$/gm, '').replace(/[\p{Z}\p{C}]/gu, '')
  return visible === '' ? [{ check: 'empty', text: 'the output is empty' }] : []
}

function checkLength(output: string, minCharacters: number): CheckFinding[] {
  const length = Array.from(output.trim()).length
  if (length >= minCharacters) return []
  return [
    { check: 'too_short', text: `the output has ${length} characters, at least ${minCharacters} are needed` },
  ]
}

function checkAsking(output: string, task: CheckedTask): CheckFinding[] {
  // A transcript says what was said, and asking is the work where the brief wants it.
  if (task.type === 'Transcription' || wantsAsking(task.brief) || !asksForDetails(output)) return []
  const text = 'the output asks for more details instead of doing the work: work with what the brief gives'
  return [{ check: 'asks_for_details', text: `${text}, and state the assumptions` }]
}

function checkLanguage(output: string, task: CheckedTask, language: string | null): CheckFinding[] {
  if (language === null || isBareJson(output) || NAMES_A_LANGUAGE.test(task.brief)) return []
  if (looksLike(output, language) !== 'no') return []
  return [{ check: 'wrong_language', text: `the output is not written in the language "${language}"` }]
}

/** Where the brief speaks of languages, it decides, not the configured one. */
const NAMES_A_LANGUAGE =
  /translat|übersetz|tradu|vertaal|przetłumacz|перев[еo]|翻译|翻訳|\b(?:english|german|french|spanish|italian|portuguese|dutch|polish|russian|japanese|chinese|bilingual|multilingual)\b|\b(?:englisch|deutsch|französisch|spanisch|italienisch|portugiesisch|niederländisch|polnisch|russisch|japanisch|chinesisch)/i

function checkBannedTerm(output: string, term: string): CheckFinding[] {
  const hits = countTerm(output, term)
  if (hits === 0) return []
  const times = hits === 1 ? 'once' : `${hits} times`
  return [{ check: 'banned_term', text: `the output uses the banned term "${term.trim()}" ${times}` }]
}

function checkJson(output: string, task: CheckedTask): CheckFinding[] {
  const why = task.type === 'Data-transform' ? brokenJson(output, task.brief) : null
  return why === null ? [] : [{ check: 'broken_json', text: why }]
}

/** A letter, digit or mark of a script that separates words by spaces. */
const WORD = String.raw`[[\p{L}\p{N}\p{M}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]]`

/**
 * How often a word or phrase stands in a text as whole words, in any letter case; any white space matches that of
 * the term, and accents match however they are composed. In Chinese, Japanese and Thai, which do not separate words,
 * every occurrence counts. A blank term never occurs.
 */
export function countTerm(text: string, term: string): number {
  const plain = term.normalize('NFC').trim()
  if (plain === '') return 0
  const body = plain
    .split(/\s+/)
    .map(word => RegExp.escape(word))
    .join(String.raw`\s+`)
  const pattern = new RegExp(`${boundary('<!', plain, '^')}${body}${boundary('!', plain, '$')}`, 'giv')
  return text.normalize('NFC').match(pattern)?.length ?? 0
}

/** A term such as `C++` or `#ad` has no boundary where it does not begin or end with a word. */
function boundary(look: '<!' | '!', term: string, end: '^' | '$'): string {
  const edge = new RegExp(end === '^' ? `^${WORD}` : `${WORD}$`, 'v')
  return edge.test(term) ? `(?${look}${WORD})` : ''
}
