/** Revising a draft by a judge's findings. */
import { blockFor, blockText, bullets } from './blocks.ts'
import type { Brief } from './brief.ts'
import type { Demand } from './demand.ts'
import { isJson, isMet } from './met.ts'
import { picker } from './pick.ts'
import type { TaskType } from './prompt.ts'
import { write } from './write.ts'
import { PLACEHOLDER } from './measures.ts'

/** What a revision works on. */
export interface Revision {
  readonly brief: Brief
  readonly type: TaskType
  readonly draft: string
  readonly findings: string
}

/** The draft, improved where a finding names something; the stand-in's own drafts are written again, others are added to. */
export function revise(revision: Revision): string {
  const { brief, type, draft } = revision
  const open = namedDemands(revision)
  const covered = brief.demands.filter(demand => open.includes(demand) || isMet(demand, draft, brief.text))
  const own = draft.includes(brief.labels.footer) || isJson(draft) || draft.trim() === ''
  if (own) return write(brief, type, covered, brief.facts.length)
  return [tidied(draft), ...added(open, brief), ...leftOut(revision)].join('\n\n')
}

/** The unmet demands that a finding names; all unmet ones when it names none in our words. */
function namedDemands({ brief, draft, findings }: Revision): readonly Demand[] {
  const unmet = brief.demands.filter(demand => !isMet(demand, draft, brief.text))
  const lower = findings.toLowerCase()
  const named = unmet.filter(demand => lower.includes(demand.label.toLowerCase()))
  return named.length > 0 ? named : unmet
}

function added(open: readonly Demand[], brief: Brief): readonly string[] {
  const source = picker(brief)
  return open.flatMap(demand => {
    const block = blockFor(demand, brief, source)
    return block === undefined ? [] : [blockText(block)]
  })
}

function leftOut({ brief, draft }: Revision): readonly string[] {
  const facts = brief.statements.filter(fact => !draft.includes(fact))
  return facts.length === 0 ? [] : [blockText({ heading: brief.labels.more, body: bullets(facts) })]
}

function tidied(draft: string): string {
  return draft.replaceAll(new RegExp(PLACEHOLDER, 'giu'), '').replaceAll(/!{2,}/g, '!').trim()
}
