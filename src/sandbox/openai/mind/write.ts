/** Writing a document that covers some of a brief's demands. */
import { blockFor, blockText, bullets, type Block } from './blocks.ts'
import type { Brief } from './brief.ts'
import { dataJson } from './data.ts'
import type { Demand } from './demand.ts'
import { frameOf, type Frame } from './frame.ts'
import { picker, type Picker } from './pick.ts'
import type { TaskType } from './prompt.ts'
import { words } from './text.ts'

/** The stand-in's attention: a first draft covers so many demands and facts, in their order; the rest is left to a revision. */
const FIRST_DRAFT = { demands: 4, facts: 8 } as const

/** A first draft: the same for the same brief, always. */
export function firstDraft(brief: Brief, type: TaskType): string {
  return write(brief, type, brief.demands.slice(0, FIRST_DRAFT.demands), FIRST_DRAFT.facts)
}

/** A document that covers these demands, with up to `factLimit` facts, shortened to the length asked for. */
export function write(brief: Brief, type: TaskType, covered: readonly Demand[], factLimit: number): string {
  if (covered.some(demand => demand.type === 'json')) return dataJson(brief)
  const length = covered.find(demand => demand.type === 'length')
  const most = Math.min(factLimit, brief.facts.length)
  for (let facts = most; facts > 1; facts -= 1) {
    const text = document(brief, type, covered, facts)
    if (length === undefined || words(text).length <= length.max) return text
  }
  return document(brief, type, covered, 1)
}

function document(brief: Brief, type: TaskType, covered: readonly Demand[], factLimit: number): string {
  const facts = brief.facts.slice(0, factLimit)
  const limited = {
    ...brief,
    facts,
    statements: brief.statements.filter(known => isKept(known, brief, facts)),
  }
  const source = picker(limited)
  const frame = frameOf(limited, type, covered, source)
  const asked = covered
    .filter(demand => !isDoubled(demand, covered))
    .flatMap(demand => blocks(demand, limited, source))
  return render(brief, frame, [...asked, ...remaining(limited, frame, source)])
}

function isKept(statement: string, brief: Brief, facts: readonly string[]): boolean {
  return facts.includes(statement) || !brief.facts.includes(statement)
}

/** A comparison is a table already. */
function isDoubled(demand: Demand, covered: readonly Demand[]): boolean {
  return demand.type === 'table' && covered.some(({ type }) => type === 'compare')
}

function blocks(demand: Demand, brief: Brief, source: Picker): readonly Block[] {
  const block = blockFor(demand, brief, source)
  return block === undefined ? [] : [block]
}

/** The facts that no part has taken up yet. */
function remaining(brief: Brief, frame: Frame, source: Picker): readonly Block[] {
  const facts = source.rest(brief.facts)
  if (facts.length === 0) return []
  return [{ heading: frame.restHeading, body: frame.restInParagraphs ? facts.join(' ') : bullets(facts) }]
}

function render(brief: Brief, { before, after }: Frame, middle: readonly Block[]): string {
  const parts = [...before, ...middle, ...after].map(blockText)
  return [`# ${brief.title}`, ...parts, `*${brief.labels.footer}*`].join('\n\n')
}
