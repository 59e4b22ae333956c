import { delimiter, dirname, basename } from 'node:path'
import type { Host } from './world.ts'

/** The name that our own texts call the program by, until it is known how it was started. */
const NAME = 'echopilot'

/**
 * What has to be typed to start the program as it was started: `echopilot` where that is found on the PATH, `npx
 * echopilot` under npx, else the path of its launcher. Every hint goes through {@link asTyped} with it.
 */
export function typedAs({ env, scriptPath }: Pick<Host, 'env' | 'scriptPath'>): string {
  if (env['npm_command'] === 'exec' && env['npm_lifecycle_event'] === 'npx') return `npx ${NAME}`
  if (scriptPath === '') return NAME
  const folders = (env['PATH'] ?? '').split(delimiter)
  return basename(scriptPath) === NAME && folders.includes(dirname(scriptPath)) ? NAME : quoted(scriptPath)
}

/** One word of a shell, quoted where it has to be. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : singleQuoted(word)
}

/** A text as one word of a POSIX shell, whatever is in it. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * A text of ours with each command in it as it has to be typed: with the flags that say where the store and the
 * configuration are, but for help, which reads neither. A command that is written so already stays as it is.
 */
export function asTyped(text: string, program: string, places = ''): string {
  // What is typed already comes first, so that nothing within it is taken for a command.
  const already = `${RegExp.escape(program)}(?:${RegExp.escape(places)} |(?= help\\b))`
  const commands = new RegExp(`(${already})|${COMMAND}`, 'g')
  return text.replaceAll(commands, (found, typed: string | undefined, word: string) =>
    typed === undefined ? program + (word === 'help' ? '' : places) : found,
  )
}

/** Our name with a command or flag after it; a path that ends in the name, or a word of a sentence, is none. */
const COMMAND = String.raw`(?<![\w./-]|npx )echopilot(?= ((?:--?)?[a-z]+))`

/** A result with the commands in it as they have to be typed: they stand in fields of these names and in no others. */
export function withTyped(result: unknown, typed: (text: string) => string): unknown {
  if (Array.isArray(result)) return result.map(part => withTyped(part, typed))
  if (typeof result !== 'object' || result === null) return result
  return Object.fromEntries(
    Object.entries(result).map(([name, part]) => [
      name,
      typeof part === 'string' && COMMAND_FIELDS.has(name) ? typed(part) : withTyped(part, typed),
    ]),
  )
}

const COMMAND_FIELDS: ReadonlySet<string> = new Set(['next', 'fix', 'hint'])
