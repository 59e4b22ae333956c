/** Reading what a prompt asks for: its kind and its marked sections. */
import type { Message } from '../messages.ts'

/** What a call is for. */
export type PromptKind = 'generate' | 'judge' | 'revise' | 'other'

/** The task types that a system message can name. */
export type TaskType = 'Research' | 'Drafting' | 'Data-transform' | 'Transcription' | 'Other'

/** A prompt taken apart. Sections that are not there are empty. */
export interface Prompt {
  readonly kind: PromptKind
  readonly taskType: TaskType
  readonly brief: string
  readonly draft: string
  readonly findings: string
  readonly work: string
  /** Whether the brief stood in a marked section; else it is the whole last user message. */
  readonly marked: boolean
}

/** The name of the json_schema that marks a call to the judge. */
const VERDICT_SCHEMA_NAME = 'verdict'

const TASK_TYPES: readonly TaskType[] = ['Research', 'Drafting', 'Data-transform', 'Transcription', 'Other']

/** Takes a prompt apart; never throws. `schemaName` is the name of the requested json_schema, if any. */
export function readPrompt(messages: readonly Message[], schemaName: string | undefined): Prompt {
  const users = messages.filter(({ role }) => role === 'user').map(({ text }) => text)
  const sections = readSections(users.join('\n'))
  const brief = sections.get('brief')
  return {
    kind: kindOf(sections, schemaName),
    taskType: taskTypeOf(messages),
    brief: brief ?? users.at(-1) ?? '',
    draft: sections.get('draft') ?? '',
    findings: sections.get('findings') ?? '',
    work: sections.get('work') ?? '',
    marked: brief !== undefined,
  }
}

function kindOf(sections: ReadonlyMap<string, string>, schemaName: string | undefined): PromptKind {
  if (schemaName === VERDICT_SCHEMA_NAME) return 'judge'
  if (schemaName !== undefined) return 'other'
  if (sections.has('draft')) return 'revise'
  return sections.has('brief') ? 'generate' : 'other'
}

function taskTypeOf(messages: readonly Message[]): TaskType {
  const system = messages.filter(({ role }) => role === 'system' || role === 'developer')
  const named = /^\s*Task type:\s*(\S+)/im.exec(system.map(({ text }) => text).join('\n'))?.[1]?.toLowerCase()
  return TASK_TYPES.find(type => type.toLowerCase() === named) ?? 'Other'
}

/**
 * The sections `<name-MARK>` … `</name-MARK>`, each tag on a line of its own. The first of a name counts, and what
 * stands inside a section is never searched for further tags: a work that contains a brief of its own stays a work.
 */
function readSections(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const opening = /^[ \t]*<([a-z]+)-([a-z0-9]{8,})>[ \t]*\r?$/gm
  for (let tag = opening.exec(text); tag !== null; tag = opening.exec(text)) {
    const [whole, name = '', mark = ''] = tag
    const start = tag.index + whole.length
    const closing = new RegExp(`^[ \\t]*</${name}-${mark}>`, 'm').exec(text.slice(start))
    if (closing === null) continue
    if (!found.has(name)) found.set(name, text.slice(start, start + closing.index).trim())
    opening.lastIndex = start + closing.index + closing[0].length
  }
  return found
}
