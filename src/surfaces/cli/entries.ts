import type { Command } from '../../kernel/command.ts'
import { commandOf, loadAll, type LazyList } from '../../kernel/operation.ts'
import type { AnyOperation } from '../../operations/define.ts'
import type { Entry } from './program.ts'
import { withFileFlags } from './files.ts'
import type { CommandHost } from './host.ts'

/** What can be typed: both lists. */
export interface CliLists {
  readonly operations: LazyList<AnyOperation>
  readonly commands: LazyList<Command<CommandHost>>
}

/** An entry of either list. */
export type CliEntry = Entry &
  (
    | { readonly kind: 'operation'; readonly operation: AnyOperation }
    | { readonly kind: 'command'; readonly command: Command<CommandHost> }
  )

/** Both lists as the command line sees them, by what is typed. */
export async function allEntries(lists: CliLists): Promise<CliEntry[]> {
  const [operations, commands] = await Promise.all([loadAll(lists.operations), loadAll(lists.commands)])
  return [...operations.map(operationEntry), ...commands.map(commandEntry)].toSorted((a, b) =>
    commandOf(a.path) < commandOf(b.path) ? -1 : 1,
  )
}

/**
 * The entries that these words can mean: those whose own words stand among them in order. Only they are loaded,
 * because loading all takes longer than most commands do. Where none fits, or help is asked for, all are needed:
 * to be listed, or to say what was meant.
 */
export async function entriesFor(words: readonly string[], lists: CliLists): Promise<CliEntry[]> {
  if (words.some(word => HELP_WORDS.has(word))) return allEntries(lists)
  const fitting = await Promise.all([
    ...fittingIn(lists.operations, words).map(async load => operationEntry(await load())),
    ...fittingIn(lists.commands, words).map(async load => commandEntry(await load())),
  ])
  return fitting.length === 0 ? allEntries(lists) : fitting
}

/** The command that was typed, where these words hold one: what stands between, such as a value, is left out. */
export function typedCommand(words: readonly string[], lists: CliLists): string | null {
  const listed = [...Object.keys(lists.operations), ...Object.keys(lists.commands)]
  return listed.find(typed => standsIn(typed.split(' '), words)) ?? null
}

/** The first word of commands of two, where one was typed. */
export function typedGroup(words: readonly string[], lists: CliLists): string | null {
  const listed = [...Object.keys(lists.operations), ...Object.keys(lists.commands)]
  const groups = new Set(listed.filter(typed => typed.includes(' ')).map(typed => typed.split(' ')[0]))
  return words.find(word => groups.has(word)) ?? null
}

const HELP_WORDS: ReadonlySet<string> = new Set(['help', '--help', '-h'])

function fittingIn<E>(list: LazyList<E>, words: readonly string[]): (() => Promise<E>)[] {
  return Object.entries(list).flatMap(([typed, load]) => (standsIn(typed.split(' '), words) ? [load] : []))
}

function standsIn(path: readonly string[], words: readonly string[]): boolean {
  let from = 0
  for (const word of path) {
    const at = words.indexOf(word, from)
    if (at === -1) return false
    from = at + 1
  }
  return true
}

function operationEntry(operation: AnyOperation): CliEntry {
  const input = withFileFlags(operation)
  return { ...operation, input, kind: 'operation', operation, changes: operation.access !== 'read' }
}

function commandEntry(command: Command<CommandHost>): CliEntry {
  return { ...command, kind: 'command', command, changes: false }
}
