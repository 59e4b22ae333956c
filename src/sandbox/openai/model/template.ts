/** The template writer: works made of the facts of a brief alone, for briefs that have no canned text. */
import type { Brief } from './brief.ts'
import { bullets, isJson, type Demand } from './demands.ts'
import { PLACEHOLDER } from './judge.ts'
import type { TaskType } from './prompt.ts'

/** A first draft meets so many demands, in their order; the rest is left to a revision. */
const FIRST_DEMANDS = 3
const FOOTER = /\n*\*Written by the stand-in model [^*]*\*\s*$/

/** A first draft: the same for the same brief, always. */
export function firstDraft(brief: Brief, type: TaskType): string {
  return compose(brief, type, '', brief.demands.slice(0, FIRST_DEMANDS))
}

/** The draft with the parts that the findings name, or with all that it lacks where they name none. */
export function revise(brief: Brief, type: TaskType, draft: string, findings: string): string {
  const lacking = brief.demands.filter(demand => !demand.isMet(draft))
  const named = lacking.filter(({ label }) => findings.toLowerCase().includes(label.toLowerCase()))
  const tidied = draft.replace(FOOTER, '').replaceAll(PLACEHOLDER, '').replaceAll(/!{2,}/g, '!').trim()
  return compose(brief, type, tidied, named.length > 0 ? named : lacking)
}

/** What stands under every text of the stand-in, so that nobody takes it for the work of a real model. */
export function footer(type: TaskType): string {
  return `*Written by the stand-in model of the EchoPilot sandbox, from the brief alone (${type}).*`
}

/** The brief as a JSON object, where JSON is asked for. */
export function jsonText({ title, facts }: Brief): string {
  return JSON.stringify({ title, items: facts }, undefined, 2)
}

/** The text so far, a part for each demand, and the facts that stand nowhere yet. */
function compose(brief: Brief, type: TaskType, start: string, demands: readonly Demand[]): string {
  const { title, facts } = brief
  if (brief.demands.some(({ isMet }) => isMet === isJson)) return isJson(start) ? start : jsonText(brief)
  const parts = demands.flatMap(({ write }, index) => write?.(facts, 2 * index) ?? [])
  const body = [start === '' ? `# ${title}\n\n${facts[0] ?? ''}` : start, ...parts].join('\n\n')
  const rest = facts.filter(fact => !body.includes(fact))
  const details = rest.length === 0 ? [] : [`## Details\n\n${bullets(rest)}`]
  return [body, ...details, footer(type)].join('\n\n')
}
