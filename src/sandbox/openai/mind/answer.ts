/** What the stand-in says to a prompt. */
import { objectOf, type JsonObject } from '../../lib/json.ts'
import type { ResponseFormat } from '../response-format.ts'
import { minimalInstance } from '../schema-instance.ts'
import type { Behaviour } from './behaviour.ts'
import { readBrief, type Brief } from './brief.ts'
import { dataJson, plainJson } from './data.ts'
import { malformed, withTotal } from './forced.ts'
import { REFUSAL, refusalFor } from './harm.ts'
import { judge } from './judge.ts'
import { isJson } from './met.ts'
import type { Prompt } from './prompt.ts'
import { revise } from './revise.ts'
import { firstDraft } from './write.ts'

/** Either `content` or `refusal` is null. */
export interface Answer {
  readonly content: string | null
  readonly refusal: string | null
}

/** The answer: the same to the same prompt and behaviour, always, whatever was asked before. */
export function answer(prompt: Prompt, behaviour: Behaviour, format: ResponseFormat): Answer {
  const refusal = refusalOf(prompt, behaviour)
  if (refusal !== undefined) return { content: null, refusal }
  const text = behaviour.quirks.has('empty') ? '' : contentOf(prompt, behaviour, format)
  const fenced = behaviour.quirks.has('fenced-json') && isJson(text)
  return { content: fenced ? `\`\`\`json\n${text}\n\`\`\`` : text, refusal: null }
}

function refusalOf(prompt: Prompt, behaviour: Behaviour): string | undefined {
  if (behaviour.quirks.has('refuse')) return REFUSAL
  // A judge reads harmful work, too: that is its job.
  return prompt.kind === 'generate' || prompt.kind === 'revise' ? refusalFor(prompt.brief) : undefined
}

function contentOf(prompt: Prompt, behaviour: Behaviour, format: ResponseFormat): string {
  const brief = readBrief(prompt.brief)
  if (behaviour.quirks.has('ask-details')) return askForDetails(brief)
  if (format.type === 'json_schema' && isVerdict(format.schema)) return verdictText(prompt, brief, behaviour)
  if (format.type === 'json_schema') return JSON.stringify(minimalInstance(format.schema, brief.title))
  const text = writtenFor(prompt, brief)
  if (format.type !== 'json_object' || isJson(text)) return text
  return brief.table === undefined ? plainJson(brief, text) : `{"items":${dataJson(brief)}}`
}

function isVerdict(schema: JsonObject): boolean {
  const properties = objectOf(schema, 'properties') ?? {}
  return ['findings', 'criteria', 'verdict'].every(name => objectOf(properties, name) !== undefined)
}

function writtenFor(prompt: Prompt, brief: Brief): string {
  if (prompt.kind !== 'revise') return firstDraft(brief, prompt.taskType)
  return revise({ brief, type: prompt.taskType, draft: prompt.draft, findings: prompt.findings })
}

function askForDetails(brief: Brief): string {
  return `Could you please provide more details about "${brief.title}"? I need more information about the audience, the goal and the deadline before I can start.`
}

function verdictText(prompt: Prompt, brief: Brief, behaviour: Behaviour): string {
  const measured = judge(brief, prompt.work)
  const { forcedScore } = behaviour
  const verdict = forcedScore === undefined ? measured : withTotal(measured, forcedScore)
  if (!behaviour.quirks.has('malformed-verdict')) return JSON.stringify(verdict)
  return malformed(verdict, behaviour.malformation)
}
