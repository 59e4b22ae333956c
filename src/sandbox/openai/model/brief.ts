/** A brief as the stand-in model reads it: what is asked for, and the facts there are to work with. */
import { findDemands, isDemand, type Demand } from './demands.ts'
import { withoutDirectives } from './directives.ts'
import { firstWords, capitalised, lines, sentences } from './text.ts'

/** A brief taken apart. */
export interface Brief {
  /** Without directives. */
  readonly text: string
  readonly title: string
  /** What it says of how things are, sentence by sentence; never empty. */
  readonly facts: readonly string[]
  readonly demands: readonly Demand[]
}

/** Longer briefs are read by their beginning only; the rest is billed. */
const READ_CHARACTERS = 200_000
const LIST_MARKS = /^(?:(?:[-*•>]|#+|\d{1,2}[.)]|\[[ x]\])\s+)+/
const TITLE_WORDS = 12
const COMMAND =
  /^(?:please |bitte )?(?:write|draft|create|prepare|make|research|compare|convert|turn|transcribe|schreiben sie|verfassen sie|erstellen sie) (?:(?:an?|the|our|this|eine?n?|die|der|das) )?/iu

/** Reads a brief; never throws, whatever the language. */
export function readBrief(raw: string): Brief {
  const text = withoutDirectives(raw.slice(0, READ_CHARACTERS))
  const all = lines(text).flatMap(line => sentences(line.replace(LIST_MARKS, '')))
  const stated = all
    .filter(sentence => !isDemand(sentence) && !sentence.endsWith(':'))
    .map(fact => fact.replace(/^(?:facts|fakten):\s+/iu, ''))
  // A brief of demands alone is its own material.
  const facts = [stated, all, ['…']].find(some => some.length > 0) ?? []
  const title = firstWords((all[0] ?? '').replace(COMMAND, ''), TITLE_WORDS)
  return { text, title: title === '' ? '…' : capitalised(title), facts, demands: findDemands(all, text) }
}
