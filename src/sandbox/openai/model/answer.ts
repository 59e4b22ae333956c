/** What the stand-in model says to a prompt. */
import { objectOf, type JsonObject } from '../../lib/json.ts'
import type { ResponseFormat } from '../response-format.ts'
import { minimalInstance } from '../schema-instance.ts'
import { readBrief, type Brief } from './brief.ts'
import { cannedText } from './canned.ts'
import { isJson } from './demands.ts'
import type { Directives } from './directives.ts'
import { verdictText } from './judge.ts'
import type { Prompt } from './prompt.ts'
import { firstDraft, footer, jsonText, revise } from './template.ts'
import { lines, sentences } from './text.ts'

/** Either `content` or `refusal` is null. */
export interface Answer {
  readonly content: string | null
  readonly refusal: string | null
}

/** The answer: the same to the same prompt and directives, always, whatever was asked before. */
export function answer(prompt: Prompt, directives: Directives, format: ResponseFormat): Answer {
  // A judge reads harmful work, too: that is its job.
  const isHarmful = prompt.kind !== 'judge' && asksForHarm(prompt.brief)
  if (isHarmful || directives.asked.has('refuse')) return { content: null, refusal: REFUSAL }
  const text = directives.asked.has('empty') ? '' : contentOf(prompt, directives, format)
  const isFenced = directives.asked.has('fenced-json') && isJson(text)
  return { content: isFenced ? `\`\`\`json\n${text}\n\`\`\`` : text, refusal: null }
}

const REFUSAL = "I'm sorry, but I can't help with that: it would deceive or harm the people it is meant for."
const HARM =
  /\b(?:fake|gefälschte)\b[^.]{0,40}\b(?:reviews|Bewertungen)\b|\bphishing\b|\b(?:forged|fake)\b[^.]{0,30}\b(?:documents?|certificates?|invoices?)\b|\b(?:malware|ransomware)\b/iu
const PROTECTION =
  /\b(?:detect|prevent|avoid|report|protect|training|against|recogni[sz]e|never|not|no|schutz|gegen|keine)\b/iu

function asksForHarm(brief: string): boolean {
  return lines(brief)
    .flatMap(sentences)
    .some(sentence => HARM.test(sentence) && !PROTECTION.test(sentence))
}

function contentOf(prompt: Prompt, directives: Directives, format: ResponseFormat): string {
  const brief = readBrief(prompt.brief)
  if (directives.asked.has('ask-details')) {
    return `Could you please provide more details about "${brief.title}"? I need more information about the audience, the goal and the deadline before I can start.`
  }
  if (format.type === 'json_schema') {
    return isVerdict(format.schema)
      ? verdictText(brief, prompt.work, directives)
      : JSON.stringify(minimalInstance(format.schema, brief.title))
  }
  const text = written(prompt, brief)
  return format.type === 'json_object' && !isJson(text) ? jsonText(brief) : text
}

function isVerdict(schema: JsonObject): boolean {
  const properties = objectOf(schema, 'properties') ?? {}
  return ['findings', 'criteria', 'verdict'].every(name => objectOf(properties, name) !== undefined)
}

function written({ kind, taskType, draft, findings }: Prompt, brief: Brief): string {
  const canned = cannedText(brief.text)
  if (canned !== undefined) {
    const text = kind === 'revise' ? canned.revision : canned.draft
    return isJson(text) ? text : `${text}\n\n${footer(taskType)}`
  }
  return kind === 'revise' ? revise(brief, taskType, draft, findings) : firstDraft(brief, taskType)
}
