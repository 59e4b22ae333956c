/** What can be written to the bot: each command is an operation of the list, called with what is written behind it. */
export interface ChatCommand {
  readonly operation: string
  /** Names of its input that are written behind the command, in order: the last takes all that is left. */
  readonly takes: readonly string[]
  /** What of its input is always the same. */
  readonly given?: Readonly<Record<string, unknown>>
  /** The kind of id that is taken from the message that is answered, where none is written. */
  readonly idOf?: 'task' | 'alert'
}

/** Each by its word. */
export const CHAT_COMMANDS: Readonly<Record<string, ChatCommand>> = {
  status: { operation: 'status', takes: [] },
  health: { operation: 'doctor', takes: [], given: { noSpend: true } },
  report: { operation: 'report supervisor', takes: ['period'] },
  jobs: { operation: 'jobs list', takes: [] },
  p95: { operation: 'report p95', takes: ['period'] },
  costs: { operation: 'report cost', takes: ['period'] },
  approve: { operation: 'task approve', takes: ['id'], idOf: 'task' },
  return: { operation: 'task return', takes: ['id', 'note'], idOf: 'task' },
  retry: { operation: 'task retry', takes: ['id'], idOf: 'task' },
  pause: { operation: 'queue pause', takes: ['reason'] },
  resume: { operation: 'queue resume', takes: [] },
  ack: { operation: 'alert ack', takes: ['id'], idOf: 'alert' },
}

/** What was written: a call of an operation, a wish for help, or a word that is none. */
export type Written =
  | { readonly kind: 'call'; readonly command: ChatCommand; readonly input: Readonly<Record<string, string>> }
  | { readonly kind: 'help' }
  | { readonly kind: 'unknown'; readonly word: string }

/** An id of ours in what is answered. */
const IDS = {
  task: /\b(?:task|run)_[0-9a-z]{6,26}\b/,
  alert: /\balert_[0-9a-z]{6,26}\b/,
} as const

/** `/return task_01k… shorter`, `/status@the_bot`; the id may stand in the message that is answered instead. */
export function readWritten(text: string, replyTo: string | null): Written {
  const [, word = '', rest = ''] = /^\/(\w+)(?:@\w+)?(?:\s+([^]*))?$/.exec(text.trim()) ?? []
  if (word === 'start' || word === 'help') return { kind: 'help' }
  const command = Object.hasOwn(CHAT_COMMANDS, word.toLowerCase())
    ? CHAT_COMMANDS[word.toLowerCase()]
    : undefined
  if (command === undefined) return { kind: 'unknown', word: text.trim().split(/\s/, 1)[0] ?? '' }
  return { kind: 'call', command, input: inputOf(command, rest.trim(), replyTo) }
}

function inputOf(
  { takes, idOf }: ChatCommand,
  rest: string,
  replyTo: string | null,
): Readonly<Record<string, string>> {
  const answered = idOf === undefined ? null : (IDS[idOf].exec(replyTo ?? '')?.[0] ?? null)
  const isWritten = idOf !== undefined && IDS[idOf].exec(rest)?.index === 0
  if (answered !== null && !isWritten) return { id: answered, ...valuesOf(takes.slice(1), rest) }
  return valuesOf(takes, rest)
}

function valuesOf(names: readonly string[], text: string): Record<string, string> {
  const [name, ...others] = names
  if (name === undefined || text === '') return {}
  if (others.length === 0) return { [name]: text }
  const [, first = '', rest = ''] = /^(\S+)\s*([^]*)$/.exec(text) ?? []
  return { [name]: first, ...valuesOf(others, rest) }
}
