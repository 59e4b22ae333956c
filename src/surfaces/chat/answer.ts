import { shorten } from '../../domain/cut-text.ts'
import { document, line, next, state, type Document } from '../../kernel/document.ts'
import { asAppError } from '../../kernel/errors.ts'
import type { LazyList } from '../../kernel/operation.ts'
import type { AnyOperation } from '../../operations/define.ts'
import { PLAIN, printed, type Look } from '../../printers/text.ts'
import type { Call, Session } from '../../session/index.ts'
import { CHAT_COMMANDS, readWritten } from './commands.ts'
import type { Said } from './listen.ts'

/** What answers are made with. */
export interface Answering {
  readonly session: Session
  readonly operations: LazyList<AnyOperation>
  readonly call: Call
  readonly typed: Look['typed']
}

/** A telephone shows no more in one line of such letters. */
const COLUMNS = 44
/** Nobody reads more in a chat, and Telegram takes few messages a minute. */
const LONGEST = 16_000
const MARK = '…\n(cut here: the command line shows all)'

/** What a person who may ask is told: the document of the operation, as the command line prints it. Never throws. */
export async function answerTo(said: Said, answering: Answering): Promise<string> {
  const look = { columns: COLUMNS, paint: PLAIN, typed: answering.typed }
  return shorten(printed(await documentFor(said, answering), look), LONGEST, MARK)
}

async function documentFor({ text, replyTo, user }: Said, answering: Answering): Promise<Document> {
  const { session, operations, call } = answering
  const written = readWritten(text, replyTo)
  if (written.kind === 'help') return help(operations)
  if (written.kind === 'unknown')
    return document(line`${written.word} is no command of this bot: /help lists them`)
  const { command, input } = written
  try {
    const operation = await operations[command.operation]?.()
    if (operation === undefined) return document(line`${command.operation} is no operation`)
    const asked = { ...call, actor: `telegram:${user}`, confirmed: false, dryRun: false }
    const { result } = await session.run(operation, { ...command.given, ...input }, asked)
    return operation.render(result)
  } catch (thrown) {
    const { message, hint } = asAppError(thrown)
    return document(line`${state('error:', 'bad')} ${message}`, next(hint))
  }
}

async function help(operations: LazyList<AnyOperation>): Promise<Document> {
  const lines = await Promise.all(
    Object.entries(CHAT_COMMANDS).map(async ([word, { operation, takes }]) => {
      const summary = (await operations[operation]?.())?.summary ?? ''
      return line`/${[word, ...takes.map(name => name.toUpperCase())].join(' ')}: ${summary}`
    }),
  )
  return document(lines, line`In answer to a message that names a task or an alert no id is needed.`)
}
