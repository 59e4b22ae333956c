/** Scripted behaviour of the stand-in model, asked for by a fault or by `[sandbox:…]` in the brief. */
import type { FaultAction } from '../../lib/fault.ts'
import { integerOf } from '../../lib/json.ts'
import type { Prompt, PromptKind } from './prompt.ts'

const WRITING: readonly PromptKind[] = ['generate', 'revise']
const JUDGING: readonly PromptKind[] = ['judge']
const ALWAYS: readonly PromptKind[] = ['generate', 'revise', 'judge', 'other']

/** Each directive with the calls that it is for when a brief gives it; a fault chooses its calls itself. */
const DIRECTIVES = {
  refuse: WRITING,
  truncate: WRITING,
  empty: WRITING,
  'ask-details': WRITING,
  'no-usage': ALWAYS,
  'fenced-json': ALWAYS,
  'malformed-verdict': JUDGING,
  /** Only the first verdict on a brief is malformed. */
  'malformed-verdict-once': JUDGING,
  /** `[sandbox:score=62]`: the total that the judge gives. */
  score: JUDGING,
}

type DirectiveName = keyof typeof DIRECTIVES

/** The faults that the model acts out itself. */
export const MODEL_FAULTS: readonly string[] = Object.keys(DIRECTIVES)

/** What applies to one call. */
export interface Directives {
  readonly asked: ReadonlySet<DirectiveName>
  /** The total that the judge must give, 0 to 100; undefined: by measure. */
  readonly score: number | undefined
  /** A malformed verdict is cut off within its JSON, or breaks its schema (where a fault's `as` says so). */
  readonly malformedAs: 'broken-json' | 'schema'
}

const IN_BRIEF = /\[sandbox:([a-z-]+)(?:=(\d{1,3}))?\]/g

/** What the fault and the brief ask for. The work, the draft and the findings are never read for directives. */
export function directivesFor(prompt: Prompt, fault: FaultAction | undefined): Directives {
  // An unmarked judge prompt may hold the work in the same message: then nothing in it may command.
  const mayCommand = prompt.marked || prompt.kind !== 'judge'
  const found = mayCommand ? [...prompt.brief.matchAll(IN_BRIEF)] : []
  const names = found.map(([, name = '']) => name).filter(isDirective)
  const asked = new Set(names.filter(name => DIRECTIVES[name].includes(prompt.kind)))
  if (fault !== undefined && isDirective(fault.type)) asked.add(fault.type)
  const score =
    (fault?.type === 'score' ? integerOf(fault, 'score') : undefined) ??
    Number(found.find(([, name]) => name === 'score')?.[2] ?? 0)
  return {
    asked,
    score: asked.has('score') ? Math.min(100, Math.max(0, score)) : undefined,
    malformedAs: fault?.['as'] === 'schema' ? 'schema' : 'broken-json',
  }
}

function isDirective(name: string): name is DirectiveName {
  return Object.hasOwn(DIRECTIVES, name)
}

/** The brief without its directives. */
export function withoutDirectives(brief: string): string {
  return brief.replaceAll(IN_BRIEF, '').trim()
}
