import { defect } from '../kernel/errors.ts'
import { readFields, type Fields, type ValuesOf } from '../kernel/field.ts'

/**
 * Reads an answer of the sandbox's own controls.
 * @throws AppError `bug` where it is not what the program and its sandbox agreed on
 */
export function sandboxAnswer<Given extends Fields>(fields: Given, answer: unknown): ValuesOf<Given> {
  const read = readFields(fields, typeof answer === 'object' && answer !== null ? { ...answer } : {})
  if (read.ok) return read.values
  const faults = read.faults.map(({ name, message }) => `${name}: ${message}`)
  throw defect(`the sandbox answered otherwise than expected: ${faults.join('; ')}`)
}
