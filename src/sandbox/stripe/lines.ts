/** What links are made of: lines, each with a price of its own. No products and prices are kept: nothing asks for them. */
import { integerOf, isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import { newId } from './account.ts'
import { wrong } from './errors.ts'
import { nulls } from './looks.ts'
import type { LineItem } from './model.ts'
import { checkCharge, checkUnit, currencyIn } from './money.ts'
import { integer, listOf, METADATA, missing, object, TEXT } from './params.ts'

/** The lines, as a parameter. */
export const LINES = listOf(
  object({
    'price_data!': object({
      'currency!': TEXT,
      'product_data!': object({ 'name!': TEXT, description: TEXT, metadata: METADATA }),
      'unit_amount!': integer(0),
    }),
    quantity: integer(1, 999_999),
  }),
)

/** The lines among the parameters; refused where their sum is no amount that can be charged (nothing is). */
export function linesIn(params: JsonObject): readonly [LineItem, ...LineItem[]] {
  const given = Array.isArray(params['line_items']) ? params['line_items'].filter(isObject) : []
  const [first, ...others] = given.map((line, index) => lineFrom(line, `line_items[${String(index)}]`))
  if (first === undefined) throw missing('line_items')
  if (others.some(({ currency }) => currency !== first.currency)) {
    throw wrong('line_items', 'All line items must have the same currency.')
  }
  const total = totalOf([first, ...others])
  const whose = "The Payment Link's total amount due must add up to"
  if (total > 0) checkCharge(total, first.currency, 'line_items', whose)
  return [first, ...others]
}

/** What they cost together. */
export function totalOf(lines: readonly LineItem[]): number {
  return lines.reduce((sum, { amount_total }) => sum + amount_total, 0)
}

function lineFrom(given: JsonObject, at: string): LineItem {
  const data = objectOf(given, 'price_data') ?? {}
  const currency = currencyIn(stringOf(data, 'currency') ?? '', `${at}[price_data][currency]`)
  const each = integerOf(data, 'unit_amount') ?? 0
  checkUnit(each, currency, `${at}[price_data][unit_amount]`)
  const name = stringOf(objectOf(data, 'product_data') ?? {}, 'name') ?? ''
  return lineOf(name, each, currency, integerOf(given, 'quantity'))
}

/** A line of a number of things that cost the same each. */
export function lineOf(description: string, each: number, currency: string, quantity = 1): LineItem {
  return {
    ...nulls('adjustable_quantity metadata price'),
    id: newId('li'),
    object: 'item',
    amount_discount: 0,
    amount_subtotal: each * quantity,
    amount_tax: 0,
    amount_total: each * quantity,
    currency,
    description,
    quantity,
  }
}
