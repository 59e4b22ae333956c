import type { Document } from './document.ts'
import type { AppError, Outcome } from './errors.ts'
import type { FlatInput, InputOf } from './input.ts'

/** A part that an operation uses: without a required one it does not start; an optional one says why it is not there. */
export type Need = 'required' | 'optional'

/** An optional part, or the reason why there is none. */
export type Attempted<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError }

/** Which parts of the connections an operation uses. Touching another one does not compile. */
export type Needs<Connections> = { readonly [Name in keyof Connections]?: Need }

/** The parts an operation gets for its needs. */
export type Connected<Connections, N extends Needs<Connections>> = {
  readonly [Name in keyof N & keyof Connections]: N[Name] extends 'required'
    ? Connections[Name]
    : Attempted<Connections[Name]>
}

/** Items of a call. */
export interface Counts {
  readonly done: number
  readonly failed: number
}

/** One example of a call, as help shows it. */
export interface Example {
  readonly words: string
  readonly does: string
}

/** A text of the input that may stand in a file. */
export interface ReadFromFile<Name> {
  /** The field that takes the text; there `-` is standard input. */
  readonly into: Name
  /** The name of the flag that takes the file, and what it means. */
  readonly flag: string
  readonly meaning: string
  /** What is read, in messages: `the brief`. */
  readonly what: string
}

/** A result that may be written to a file. */
export interface ToFile {
  readonly flag: string
  readonly meaning: string
  readonly what: string
  /** Where the JSON document says which file it was; null where none was written. */
  readonly told: string
}

/** A text of the result, or the bytes of one, that may be written to a file. */
export interface WrittenToFile<Output> extends ToFile {
  /** @throws AppError where there is none */
  text(result: Output): string | Uint8Array
}

/** Files of the result that may be written into a folder of their own. */
export interface WrittenToFolder<Output> extends ToFile {
  files(result: Output): readonly { readonly name: string; readonly text: string }[]
}

/**
 * One thing EchoPilot does for its user: declared once, as data and one function. The command line, and
 * later HTTP, chat and timers, are loops over the list of these.
 */
export interface Operation<Context, Input extends FlatInput = FlatInput, Output = unknown> {
  /** Words of the subcommand. */
  readonly path: readonly string[]
  /** One line: help, README. */
  readonly summary: string
  readonly examples?: readonly Example[]
  readonly input: Input
  /** Names of input fields given without a flag, in order. */
  readonly positionals?: readonly string[]
  /**
   * Files of this machine are read and written by the command line, which has its user's rights; an operation may be
   * called from elsewhere.
   */
  readonly readFrom?: ReadFromFile<keyof Input & string>
  readonly writeTo?: WrittenToFile<Output>
  readonly writeFolder?: WrittenToFolder<Output>
  /** It hands its text on while it runs (`emit` of its context), for that may be too long to be held at once. */
  readonly streamTo?: ToFile
  readonly needs: Readonly<Record<string, Need>>
  /** `write` operations are recorded and know `dryRun`; `irreversible` ones are confirmed too. */
  readonly access: 'read' | 'write' | 'irreversible'
  /** Only one call of it runs at a time, whoever makes it; another one is `busy`. */
  readonly exclusive?: true
  /** Its calls are not recorded: it has to do what it can where the store is what is wrong. */
  readonly isUnrecorded?: true
  readonly scope: 'read' | 'operate' | 'money' | 'privacy'
  /** Does the work; never prints, and touches the outside only through the context. */
  readonly run: (context: Context, input: InputOf<Input>) => Promise<Output>
  // Methods, so that operations of any result are of the one type of the list.
  /** The result as a document for people; `--json` is the result itself. */
  render(result: Output): Document
  /** How a result that was returned counts; `ok` where it is left out. */
  outcome?(result: Output): Outcome
  /** How many items it handled and how many not; left out where it has one, or none. */
  counts?(result: Output): Counts
  /** Whether it found nothing to do: runs by the schedule that did leave one record a day. */
  isIdle?(result: Output): boolean
}

/**
 * Entries by what is typed, each loaded when it is asked for: a start of the program reads the one it was told,
 * not all of them.
 */
export type LazyList<Entry> = Readonly<Record<string, () => Promise<Entry>>>

/** Loads a list whole, in its order. */
export function loadAll<Entry>(list: LazyList<Entry>): Promise<Entry[]> {
  return Promise.all(Object.values(list).map(load => load()))
}

/** `task add`: what is typed. */
export function commandOf(path: readonly string[]): string {
  return path.join(' ')
}

/** `echopilot.task.add/1`: the name of a JSON document. */
export function schemaOf(path: readonly string[]): string {
  return `echopilot.${path.join('.')}/1`
}
