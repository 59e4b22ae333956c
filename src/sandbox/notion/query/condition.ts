/** The conditions of filters, by the family of the property's type. */
import { isObject } from '../../lib/json.ts'
import { isDay, momentAt, msOf } from '../properties/dates.ts'
import { idAt, numberAt, textAt, wrong, wrongChoice } from '../shape.ts'
import type { Moment } from './row.ts'

/** The one operator of a condition with its operand. */
export interface Operation {
  readonly name: string
  readonly operand: unknown
  /** The path of the operand in the request. */
  readonly path: string
}

/** The operation of a condition; it must be one of `known` (or an emptiness test). */
export function operationAt(condition: unknown, path: string, known: readonly string[]): Operation {
  const names = [...known, 'is_empty', 'is_not_empty']
  if (!isObject(condition)) throw wrong(path, 'an object', condition)
  const [name, ...others] = Object.keys(condition).filter(key => condition[key] !== undefined)
  if (name === undefined || !names.includes(name)) throw wrongChoice(path, names, condition)
  const [other] = others
  if (other !== undefined) throw wrong(`${path}.${other}`, 'not present', condition[other])
  const operation = { name, operand: condition[name], path: `${path}.${name}` }
  if (name.startsWith('is_') && operation.operand !== true)
    throw wrong(operation.path, '`true`', operation.operand)
  return operation
}

const TEXT = ['equals', 'does_not_equal', 'contains', 'does_not_contain', 'starts_with', 'ends_with']

/** Text is compared without regard to case, but for equality. */
export function textTest(condition: unknown, path: string): (text: string) => boolean {
  const { name, operand, path: at } = operationAt(condition, path, TEXT)
  if (name === 'is_empty') return text => text === ''
  if (name === 'is_not_empty') return text => text !== ''
  const wanted = textAt(operand, at)
  const lower = wanted.toLowerCase()
  const tests: Readonly<Record<string, (text: string) => boolean>> = {
    equals: text => text === wanted,
    does_not_equal: text => text !== wanted,
    contains: text => text.toLowerCase().includes(lower),
    does_not_contain: text => !text.toLowerCase().includes(lower),
    starts_with: text => text.toLowerCase().startsWith(lower),
    ends_with: text => text.toLowerCase().endsWith(lower),
  }
  return tests[name] ?? (() => false)
}

const NUMBER = [
  'equals',
  'does_not_equal',
  'greater_than',
  'less_than',
  'greater_than_or_equal_to',
  'less_than_or_equal_to',
]

/** An empty number is not equal to anything and neither greater nor less. */
export function numberTest(condition: unknown, path: string): (number: number | null) => boolean {
  const { name, operand, path: at } = operationAt(condition, path, NUMBER)
  if (name === 'is_empty') return number => number === null
  if (name === 'is_not_empty') return number => number !== null
  const wanted = numberAt(operand, at)
  if (name === 'does_not_equal') return number => number !== wanted
  const tests: Readonly<Record<string, (number: number) => boolean>> = {
    equals: number => number === wanted,
    greater_than: number => number > wanted,
    less_than: number => number < wanted,
    greater_than_or_equal_to: number => number >= wanted,
    less_than_or_equal_to: number => number <= wanted,
  }
  return number => number !== null && tests[name]?.(number) === true
}

/** `equals` or `does_not_equal` with true or false; there is no empty checkbox. */
export function checkboxTest(condition: unknown, path: string): (ticked: boolean) => boolean {
  const { name, operand, path: at } = operationAt(condition, path, ['equals', 'does_not_equal'])
  if (name.startsWith('is_')) throw wrongChoice(path, ['equals', 'does_not_equal'], {})
  if (typeof operand !== 'boolean') throw wrong(at, 'a boolean', operand)
  return ticked => (ticked === operand) === (name === 'equals')
}

/** The names a select or status condition asks for. */
export function namesAt(operand: unknown, path: string): readonly string[] {
  if (!Array.isArray(operand)) return [textAt(operand, path)]
  return operand.map((item, index) => textAt(item, `${path}[${String(index)}]`))
}

/** Membership by id, for people and relations. */
export function idTest(condition: unknown, path: string, me: string): (ids: ReadonlySet<string>) => boolean {
  const { name, operand, path: at } = operationAt(condition, path, ['contains', 'does_not_contain'])
  if (name === 'is_empty') return ids => ids.size === 0
  if (name === 'is_not_empty') return ids => ids.size > 0
  const wanted = operand === 'me' ? me : idAt(operand, at)
  return ids => ids.has(wanted) === (name === 'contains')
}

const DATE = ['equals', 'before', 'after', 'on_or_before', 'on_or_after']
const PERIODS = ['this_week', 'past_week', 'past_month', 'past_year', 'next_week', 'next_month', 'next_year']
const DAY_MS = 86_400_000

/** Days are compared as days, moments by the minute; "today" and the like are counted from `nowMs` in UTC. */
export function dateTest(
  condition: unknown,
  path: string,
  nowMs: number,
): (moment: Moment | null) => boolean {
  const { name, operand, path: at } = operationAt(condition, path, [...DATE, ...PERIODS])
  if (name === 'is_empty') return moment => moment === null
  if (name === 'is_not_empty') return moment => moment !== null
  if (PERIODS.includes(name)) {
    const [from, to] = periodOf(name, nowMs)
    return moment => moment !== null && moment.ms >= from && moment.ms < to
  }
  const wanted = relativeDay(operand, nowMs) ?? momentAt(operand, at)
  const wantedMs = msOf(wanted)
  const span = isDay(wanted) ? DAY_MS : 1
  const tests: Readonly<Record<string, (ms: number) => boolean>> = {
    equals: ms => ms >= wantedMs && ms < wantedMs + span,
    before: ms => ms < wantedMs,
    after: ms => ms >= wantedMs + span,
    on_or_before: ms => ms < wantedMs + span,
    on_or_after: ms => ms >= wantedMs,
  }
  return moment => moment !== null && tests[name]?.(moment.ms) === true
}

const RELATIVE: Readonly<Record<string, readonly [months: number, days: number]>> = {
  today: [0, 0],
  tomorrow: [0, 1],
  yesterday: [0, -1],
  one_week_ago: [0, -7],
  one_week_from_now: [0, 7],
  one_month_ago: [-1, 0],
  one_month_from_now: [1, 0],
}

function relativeDay(operand: unknown, nowMs: number): string | undefined {
  const shift =
    typeof operand === 'string' && Object.hasOwn(RELATIVE, operand) ? RELATIVE[operand] : undefined
  return shift === undefined ? undefined : new Date(shifted(nowMs, ...shift)).toISOString().slice(0, 10)
}

function shifted(nowMs: number, months: number, days: number): number {
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, now.getUTCDate() + days)
}

function periodOf(name: string, nowMs: number): readonly [number, number] {
  const today = shifted(nowMs, 0, 0)
  const ends: Readonly<Record<string, readonly [number, number]>> = {
    past_week: [shifted(nowMs, 0, -7), today + DAY_MS],
    past_month: [shifted(nowMs, -1, 0), today + DAY_MS],
    past_year: [shifted(nowMs, -12, 0), today + DAY_MS],
    next_week: [today, shifted(nowMs, 0, 8)],
    next_month: [today, shifted(nowMs, 1, 1)],
    next_year: [today, shifted(nowMs, 12, 1)],
  }
  const weekStart = today - new Date(nowMs).getUTCDay() * DAY_MS
  return ends[name] ?? [weekStart, weekStart + 7 * DAY_MS]
}

/** The condition with nothing but an emptiness test, for files. */
export function existenceTest(condition: unknown, path: string): (count: number) => boolean {
  const { name } = operationAt(condition, path, [])
  return count => (count === 0) === (name === 'is_empty')
}

/** The operators of selects and multi-selects. */
export const CHOICE_OPERATORS: Readonly<Record<string, readonly string[]>> = {
  select: ['equals', 'does_not_equal'],
  status: ['equals', 'does_not_equal'],
  multi_select: ['contains', 'does_not_contain'],
}
