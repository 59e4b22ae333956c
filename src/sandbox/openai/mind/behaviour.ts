/** How a call is made to go wrong: by a fault, or by `[sandbox:…]` in the brief. */
import type { FaultAction } from '../../lib/fault.ts'
import { integerOf } from '../../lib/json.ts'
import type { Prompt, PromptKind } from './prompt.ts'

/** The faults the stand-in model acts out itself. */
export const MIND_FAULTS = [
  'refuse',
  'truncate',
  'empty',
  'no-usage',
  'fenced-json',
  'malformed-verdict',
  'score',
  'ask-details',
] as const

/** One way to go wrong. */
type Quirk = (typeof MIND_FAULTS)[number]

/** How a verdict is malformed. */
export type Malformation = 'broken-json' | 'schema'

/** What applies to one call. */
export interface Behaviour {
  readonly quirks: ReadonlySet<Quirk>
  /** Total the judge must give, 0 to 100; undefined: by measure. */
  readonly forcedScore: number | undefined
  /** How a malformed verdict is malformed: a fault's `as` says so, else its JSON is cut off. */
  readonly malformation: Malformation
  /** The brief asks that only its first verdict be malformed. */
  readonly malformedOnce: boolean
}

const WRITING: readonly PromptKind[] = ['generate', 'revise']
const JUDGING: readonly PromptKind[] = ['judge']
const ALWAYS: readonly PromptKind[] = ['generate', 'revise', 'judge', 'other']

/** Directives a brief may contain, and the calls each is for. */
const DIRECTIVES: Readonly<Record<string, readonly PromptKind[]>> = {
  refuse: WRITING,
  truncate: WRITING,
  empty: WRITING,
  'ask-details': WRITING,
  'no-usage': ALWAYS,
  'fenced-json': ALWAYS,
  'malformed-verdict': JUDGING,
  'malformed-verdict-once': JUDGING,
  score: JUDGING,
}

const DIRECTIVE = /\[sandbox:([a-z-]+)(?:=(\d{1,3}))?\]/g

/** What the fault and the brief's directives ask for. The work and the draft are never read. */
export function behaviourOf(prompt: Prompt, fault: FaultAction | undefined): Behaviour {
  const asked = directivesOf(prompt)
  const quirks = new Set<Quirk>(MIND_FAULTS.filter(name => fault?.type === name || asked.has(name)))
  const faultScore = fault?.type === 'score' ? integerOf(fault, 'score') : undefined
  return {
    quirks,
    forcedScore: quirks.has('score') ? clamp(faultScore ?? asked.get('score') ?? 0) : undefined,
    malformation: fault?.['as'] === 'schema' ? 'schema' : 'broken-json',
    malformedOnce: asked.has('malformed-verdict-once'),
  }
}

/** The brief without its directives. */
export function withoutDirectives(brief: string): string {
  return brief.replaceAll(DIRECTIVE, '').trim()
}

function directivesOf(prompt: Prompt): ReadonlyMap<string, number> {
  // An unmarked judge prompt may hold the work in the same message: then nothing in it may command.
  if (prompt.kind === 'judge' && !prompt.marked) return new Map()
  const found = new Map<string, number>()
  for (const [, name = '', value = '0'] of prompt.brief.matchAll(DIRECTIVE)) {
    const kinds = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined
    if (kinds?.includes(prompt.kind) === true) found.set(name, Number(value))
  }
  return found
}

function clamp(score: number): number {
  return Math.min(100, Math.max(0, score))
}
