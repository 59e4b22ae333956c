/** Reading answers without believing them: each is checked to have the shape a test goes on with. */
import { isObject, parseJson, type JsonObject } from '../../../src/sandbox/lib/json.ts'
import type { LedgerRow, LedgerTotals } from '../../../src/sandbox/openai/ledger.ts'

/** The JSON text as what `is` says it is; throws for anything else. */
export function parsed<T>(text: string, is: (value: unknown) => value is T): T {
  const value = parseJson(text)
  if (!is(value)) throw new Error(`unexpected answer: ${text.slice(0, 200)}`)
  return value
}

/** The JSON body of what stands at `url`. */
export async function fetched<T>(url: string, is: (value: unknown) => value is T): Promise<T> {
  return parsed(await (await fetch(url)).text(), is)
}

/** Any JSON object. */
export const isJsonObject = (value: unknown): value is JsonObject => isObject(value)

/** Any list of JSON objects. */
export const isObjectList = (value: unknown): value is readonly JsonObject[] =>
  Array.isArray(value) && value.every(isObject)

/** A list of texts. */
export const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(part => typeof part === 'string')

/** The ledger's answer. */
export interface LedgerWire {
  readonly rows: readonly LedgerRow[]
  readonly totals: LedgerTotals
}

export const isLedger = (value: unknown): value is LedgerWire =>
  isObject(value) && isObjectList(value['rows']) && isObject(value['totals'])

/** An error of the vendor's shape. */
export interface ErrorWire {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

export const isError = (value: unknown): value is ErrorWire =>
  isObject(value) && isObject(value['error']) && typeof value['error']['message'] === 'string'

/** A verdict as it comes back. */
export interface VerdictWire {
  readonly findings: readonly {
    readonly criterion: string
    readonly severity: string
    readonly text: string
  }[]
  readonly criteria: Readonly<Record<string, { readonly reason: string; readonly score: number }>>
  readonly verdict: string
}

export const isVerdict = (value: unknown): value is VerdictWire =>
  isObject(value) && isObjectList(value['findings']) && isObject(value['criteria']) && 'verdict' in value

/** The faults that are armed at a stand-in. */
export async function armedFaults(url: string): Promise<number> {
  const { faults } = await fetched(`${url}/__sandbox/faults`, isJsonObject)
  return Array.isArray(faults) ? faults.length : -1
}
