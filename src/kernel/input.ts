import { AppError } from './errors.ts'
import { readFields, type Fields, type ValuesOf } from './field.ts'

/**
 * What an operation may be told: a flat set of texts, numbers, flags and choices, so that the same shape is
 * flags, a JSON body, and words in a chat.
 */
export type FlatInput = Fields

/** The values of an input, by name. */
export type InputOf<Input extends FlatInput> = ValuesOf<Input>

/**
 * Reads a whole input. Names that it does not know are left out.
 * @throws AppError `usage` with every fault at once, each after its flag; `next` is its hint
 */
export function readInput<Input extends FlatInput>(
  input: Input,
  given: Readonly<Record<string, unknown>>,
  next: string,
): InputOf<Input> {
  const read = readFields(input, given)
  if (read.ok) return read.values
  const faults = read.faults.map(({ name, message }) => `${flagOf(name)}: ${message}`)
  throw new AppError('usage', faults.join('; '), next)
}

/** `failOnFailed` is typed as `--fail-on-failed`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}
