import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { nearest } from '../../domain/did-you-mean.ts'
import { AppError, exitCodes } from '../../kernel/errors.ts'
import type { Field } from '../../kernel/field.ts'
import { flagOf, type FlatInput } from '../../kernel/input.ts'
import type { Example } from '../../kernel/operation.ts'
import { DRY_RUN, GLOBAL_FLAGS, JOB_FLAGS, type GlobalFlag, type GlobalFlags } from './global-flags.ts'

/** What both lists have in common for a command line. */
export interface Entry {
  readonly path: readonly string[]
  readonly summary: string
  readonly examples?: readonly Example[]
  readonly input: FlatInput
  readonly positionals?: readonly string[]
  /** Whether it takes `--dry-run`. */
  readonly changes: boolean
}

/** What was typed: which entry, its input and the global flags. */
export interface Parsed<E extends Entry> {
  readonly entry: E
  readonly input: Readonly<Record<string, unknown>>
  readonly flags: GlobalFlags
}

/** Asked for help: the text to print. Asked for the version, null. */
export interface Printed {
  readonly text: string | null
}

/** What parsing answers with beside what was typed. */
export interface ParseOptions {
  /** Help is broken into lines of so many. */
  readonly columns: number
  /** The command that a usage error points to. */
  readonly help: string
}

/**
 * Parses the words of a command line.
 * @throws AppError `usage`, with commander's own suggestion of what was meant
 */
export async function parseWords<E extends Entry>(
  words: readonly string[],
  entries: readonly E[],
  options: ParseOptions,
): Promise<Parsed<E> | Printed> {
  const printed: string[] = []
  let parsed: Parsed<E> | null = null
  const program = root(options, text => printed.push(text))
  addHelp(program)
  for (const entry of entries) {
    addEntry(program, entry, (input, flags) => {
      parsed = { entry, input, flags }
    })
  }
  try {
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw usageError(error, options)
    return { text: error.code === 'commander.version' ? null : printed.join('') }
  }
  return parsed ?? { text: printed.join('') }
}

/**
 * Parses a command line without a command, of flags alone.
 * @throws AppError `usage`
 */
export async function parseFlags(
  words: readonly string[],
  options: ParseOptions,
): Promise<{ readonly flags: GlobalFlags; readonly rest: readonly string[] }> {
  const program = root(options, () => {})
    .argument('[words...]')
    .action(() => {})
  for (const flag of JOB_FLAGS) program.option(...optionOf(flag))
  try {
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    throw usageError(error, options)
  }
  return { flags: program.opts<GlobalFlags>(), rest: program.args }
}

/** Commander's messages begin with `error: ` and may end with a suggestion on a line of its own. */
function usageError(error: unknown, { help }: ParseOptions): unknown {
  if (!(error instanceof CommanderError)) return error
  const message =
    error.code === 'commander.help'
      ? 'a command is missing'
      : error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ')
  return new AppError('usage', message, help, error)
}

function root(options: ParseOptions, write: (text: string) => void): Command {
  const program = new Command('echopilot')
    .description('Does, judges, prices and receipts AI-made work.')
    .version('', '--version', 'print the version')
  for (const flag of GLOBAL_FLAGS) program.option(...optionOf(flag))
  return program
    .exitOverride()
    .configureOutput({
      writeOut: write,
      // Usage errors are printed by the surface, in one form for people and one for machines.
      writeErr: () => {},
      getOutHelpWidth: () => options.columns,
    })
    .helpCommand(false)
    .addHelpText(
      'after',
      `\nFor timers, without a command:\n${jobFlagLines()}\n\nExit codes:\n${exitCodeLines()}`,
    )
}

function optionOf({ flag, value, meaning }: GlobalFlag): [flags: string, meaning: string] {
  return [value === null ? flag : `${flag} <${value}>`, meaning]
}

function jobFlagLines(): string {
  return JOB_FLAGS.map(flag => {
    const [typed, meaning] = optionOf(flag)
    return `  ${typed.padEnd(18)}  ${meaning}`
  }).join('\n')
}

/** Commander's own `help` looks at the first word only, and would show the group for `help task add`. */
function addHelp(program: Command): void {
  program
    .command('help')
    .description('help for a command')
    .argument('[command...]', 'its words')
    .action((words: readonly string[]) => {
      let at = program
      for (const word of words) {
        const next = at.commands.find(command => command.name() === word)
        if (next === undefined) throw unknownCommand(at, word)
        at = next
      }
      at.help()
    })
}

function unknownCommand(group: Command, word: string): CommanderError {
  const guess = nearest(
    word,
    group.commands.map(command => command.name()),
  )
  const suggestion = guess === null ? '' : ` (Did you mean ${guess}?)`
  return new CommanderError(1, 'commander.unknownCommand', `unknown command '${word}'${suggestion}`)
}

function exitCodeLines(): string {
  return exitCodes()
    .map(({ exit, meaning }) => `  ${String(exit).padStart(3)}  ${meaning}`)
    .join('\n')
}

function addEntry(
  program: Command,
  entry: Entry,
  done: (input: Record<string, unknown>, flags: GlobalFlags) => void,
): void {
  const command = commandAt(program, entry.path).description(entry.summary)
  const { positionals = [] } = entry
  for (const name of positionals) {
    const field = entry.input[name]
    if (field !== undefined) command.addArgument(argument(name, field))
  }
  for (const [name, field] of Object.entries(entry.input)) {
    if (!positionals.includes(name)) command.addOption(option(name, field))
  }
  if (entry.changes) command.option(DRY_RUN.flag, DRY_RUN.meaning)
  if (entry.examples !== undefined) command.addHelpText('after', examplesText(entry.examples))
  command.action(() => {
    const words: unknown[] = command.processedArgs
    const typed = words.map((value, index) => [positionals[index] ?? '', value] as const)
    const all = command.optsWithGlobals<Record<string, unknown>>()
    const flags = Object.entries(all).filter(([name]) => Object.hasOwn(entry.input, name))
    const given = [...flags, ...typed].filter(([, value]) => value !== undefined)
    done(Object.fromEntries(given), all)
  })
}

/** The command at a path, with the groups above it made on the way. */
function commandAt(program: Command, path: readonly string[]): Command {
  let at = program
  for (const [index, word] of path.entries()) {
    const known = at.commands.find(command => command.name() === word)
    const leaf = index === path.length - 1
    at = known ?? at.command(word).configureHelp({ showGlobalOptions: leaf })
    // A group is told of by what stands under it.
    if (!leaf) at.summary(verbsOf(at, path[index + 1]))
  }
  return at
}

/** The commands of a group as far as they are known, with the next. */
function verbsOf(group: Command, next: string | undefined): string {
  const verbs = [...group.commands.map(command => command.name()), ...(next === undefined ? [] : [next])]
  return [...new Set(verbs)].join(', ')
}

function argument(name: string, field: Field<unknown>): Argument {
  const made = new Argument(field.required ? `<${name}>` : `[${name}]`, field.meaning)
  return field.choices === null ? made : made.choices(field.choices).argParser(oneOf(field.choices))
}

function option(name: string, field: Field<unknown>): Option {
  const long = field.kind === 'flag' ? flagOf(name) : `${flagOf(name)} <${valueName(field)}>`
  const { fallback } = field
  const note = typeof fallback === 'string' || typeof fallback === 'number' ? ` (default ${fallback})` : ''
  const made = new Option(long, `${field.meaning}${note}`)
  // To commander `--no-…` is the contrary of another flag; here it is one of its own.
  made.negate = false
  if (field.required) made.makeOptionMandatory()
  if (field.kind === 'number') made.argParser(numberIn)
  return field.choices === null ? made : made.choices(field.choices).argParser(oneOf(field.choices))
}

/** What is no number stays as it is, for the field to say so. */
function numberIn(text: string): number | string {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

/** Commander's own parser of choices, with a guess at what was meant. */
function oneOf(choices: readonly string[]): (value: string) => string {
  return value => {
    if (choices.includes(value)) return value
    const guess = nearest(value, choices)
    const suggestion = guess === null ? '' : ` (Did you mean ${guess}?)`
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.${suggestion}`)
  }
}

function valueName(field: Field<unknown>): string {
  if (field.kind === 'number') return 'n'
  return field.choices === null ? 'text' : 'choice'
}

function examplesText(examples: readonly Example[]): string {
  const lines = examples.map(({ words, does }) => {
    const line = words.includes('echopilot ') ? words : `echopilot ${words}`
    return `  ${line}\n      ${does}`
  })
  return `\nExamples:\n${lines.join('\n')}`
}
