import { z } from 'zod'
import type { FlatInput } from '../../kernel/operation.ts'

/** An input field as a flag or argument. */
export interface Field {
  readonly name: string
  /** `failOnFailed` is typed as `--fail-on-failed`. */
  readonly flag: string
  readonly kind: 'text' | 'number' | 'flag'
  readonly choices: readonly string[] | null
  readonly meaning: string
  readonly fallback: string | null
  readonly required: boolean
}

/** The fields of a flat input, in order, read from its JSON schema. */
export function fieldsOf(input: FlatInput): Field[] {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === 'boolean' ? [] : [fieldOf(name, property, required.has(name))],
  )
}

function fieldOf(name: string, property: z.core.JSONSchema.BaseSchema, required: boolean): Field {
  const numeric = property.type === 'number' || property.type === 'integer' || property.type === undefined
  return {
    name,
    flag: `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`,
    kind: property.type === 'boolean' ? 'flag' : numeric ? 'number' : 'text',
    choices: property.enum === undefined ? null : property.enum.map(String),
    meaning: property.description ?? '',
    fallback: fallbackOf(property.default),
    required,
  }
}

function fallbackOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}
