import type { Field } from '../../kernel/field.ts'
import { flagOf } from '../../kernel/input.ts'
import { commandOf } from '../../kernel/operation.ts'
import { DRY_RUN, GLOBAL_FLAGS, JOB_FLAGS, type GlobalFlag } from '../../surfaces/cli/global-flags.ts'
import type { Entry } from '../../surfaces/cli/program.ts'

/** A word that can be typed next. */
export interface Candidate {
  readonly word: string
  /** What it is, for shells that show that; '' where the word says it. */
  readonly meaning: string
}

/** What can be typed at a place of a command line, which is told by the words before it. */
export interface Place {
  /** Commands and their arguments; flags and their values are left out. */
  readonly typed: string
  /** A command that takes arguments: the place stays the same however many of them follow. */
  readonly isCommand: boolean
  readonly candidates: readonly Candidate[]
}

/** All that a completion script has to know, whatever its shell. */
export interface Completions {
  readonly places: readonly Place[]
  /** Flags that are followed by a value. */
  readonly flagsWithValue: readonly string[]
  /** What such a flag takes, by `<command> <flag>`, where it takes one of a few; any other takes a file, or no one knows. */
  readonly values: readonly { readonly typed: string; readonly choices: readonly string[] }[]
}

const HELP = { word: '--help', meaning: 'display help for command' }
const GLOBAL = [...GLOBAL_FLAGS.map(flagCandidate), HELP]

function flagCandidate({ flag, meaning }: GlobalFlag): Candidate {
  return { word: flag, meaning }
}

/** Everything that can be typed with these entries. */
export function completionsOf(entries: readonly Entry[]): Completions {
  const first = firstWords(entries)
  const groups = first.filter(({ word }) => entries.some(({ path }) => path.length > 1 && path[0] === word))
  const below = groups.map(({ word }) => place(word, secondWords(entries, word)))
  return {
    places: [
      place('', [
        ...first,
        { word: 'help', meaning: 'display help for command' },
        ...GLOBAL,
        ...JOB_FLAGS.map(flagCandidate),
      ]),
      ...below,
      place('help', first),
      ...below.map(({ typed, candidates }) => place(`help ${typed}`, candidates)),
      ...entries.map(entry => ({
        typed: commandOf(entry.path),
        isCommand: true,
        candidates: argumentsOf(entry),
      })),
    ],
    flagsWithValue: flagsWithValue(entries),
    values: entries.flatMap(valuesOf),
  }
}

/** What `case` of bash and zsh takes for a place: a command's stays the same however many arguments follow. */
export function patternOf({ typed, isCommand }: Place): string {
  return isCommand ? `'${typed}'|'${typed} '*` : `'${typed}'`
}

function place(typed: string, candidates: readonly Candidate[]): Place {
  return { typed, isCommand: false, candidates }
}

function firstWords(entries: readonly Entry[]): Candidate[] {
  const words = [...new Set(entries.map(({ path }) => path[0] ?? ''))]
  return words.map(word => {
    const only = entries.find(({ path }) => path.length === 1 && path[0] === word)
    const below = secondWords(entries, word).map(candidate => candidate.word)
    return { word, meaning: only?.summary ?? below.join(', ') }
  })
}

function secondWords(entries: readonly Entry[], first: string): Candidate[] {
  return entries.flatMap(({ path: [group, word], summary }) =>
    group === first && word !== undefined ? [{ word, meaning: summary }] : [],
  )
}

function argumentsOf(entry: Entry): Candidate[] {
  const fields = Object.entries(entry.input)
  const choices = fields.flatMap(([name, field]) => (isTyped(entry, name) ? (field.choices ?? []) : []))
  return [
    ...choices.map(word => ({ word, meaning: '' })),
    ...flaggedOf(entry).map(([name, { meaning }]) => ({ word: flagOf(name), meaning })),
    ...(entry.changes ? [{ word: DRY_RUN.flag, meaning: DRY_RUN.meaning }] : []),
    ...GLOBAL,
  ]
}

/** What is given by a flag, with its name. */
function flaggedOf(entry: Entry): [string, Field<unknown>][] {
  return Object.entries(entry.input).filter(([name]) => !isTyped(entry, name))
}

/** Given without a flag. */
function isTyped(entry: Entry, name: string): boolean {
  return entry.positionals?.includes(name) === true
}

function flagsWithValue(entries: readonly Entry[]): string[] {
  const global = [...GLOBAL_FLAGS, ...JOB_FLAGS].filter(({ value }) => value !== null).map(({ flag }) => flag)
  const own = entries.flatMap(flaggedOf).filter(([, field]) => field.kind !== 'flag')
  return [...new Set([...global, ...own.map(([name]) => flagOf(name))])]
}

function valuesOf(entry: Entry): { typed: string; choices: readonly string[] }[] {
  return flaggedOf(entry).flatMap(([name, { choices }]) =>
    choices === null ? [] : [{ typed: `${commandOf(entry.path)} ${flagOf(name)}`, choices }],
  )
}
