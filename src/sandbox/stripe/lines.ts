/** What links are made of: lines with prices of their own, each with a product. */
import { integerOf, isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import { make, newId, secondsOf, type Act } from './account.ts'
import { refused } from './errors.ts'
import { nulls, shown } from './looks.ts'
import type { LineItem, Stored } from './model.ts'
import { checkCharge, checkUnit, currencyIn } from './money.ts'
import { integer, listOf, METADATA, missing, metadataIn, object, required, TEXT } from './params.ts'

/** The lines, as a parameter. */
export const LINES = listOf(
  object({
    price_data: required(
      object({
        currency: required(TEXT),
        product_data: required(object({ name: required(TEXT), description: TEXT, metadata: METADATA })),
        unit_amount: required(integer(0)),
      }),
    ),
    quantity: integer(1, 999_999),
  }),
)

/** The lines among the parameters; refused where their sum is no amount that can be charged (nothing is). */
export function linesIn(act: Act, params: JsonObject): readonly [LineItem, ...LineItem[]] {
  const given = Array.isArray(params['line_items']) ? params['line_items'].filter(isObject) : []
  const [first, ...others] = given.map((line, index) => lineFrom(act, line, `line_items[${String(index)}]`))
  if (first === undefined) throw missing('line_items')
  if (others.some(({ currency }) => currency !== first.currency)) {
    throw refused({ message: 'All line items must have the same currency.', param: 'line_items' })
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

function lineFrom(act: Act, given: JsonObject, at: string): LineItem {
  const data = objectOf(given, 'price_data') ?? {}
  const productData = objectOf(data, 'product_data') ?? {}
  const price = priceFrom(act, data, productData, `${at}[price_data]`)
  const quantity = integerOf(given, 'quantity') ?? 1
  const amount = price.unit_amount * quantity
  return {
    ...nulls('adjustable_quantity metadata'),
    id: newId('li'),
    object: 'item',
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: stringOf(productData, 'name') ?? '',
    price: shown(price),
    quantity,
  }
}

function priceFrom(act: Act, data: JsonObject, productData: JsonObject, at: string): Stored<'price'> {
  const currency = currencyIn(stringOf(data, 'currency') ?? '', `${at}[currency]`)
  const unit_amount = integerOf(data, 'unit_amount') ?? 0
  checkUnit(unit_amount, currency, `${at}[unit_amount]`)
  const product = {
    name: stringOf(productData, 'name') ?? '',
    description: stringOf(productData, 'description') ?? null,
    metadata: metadataIn(productData),
    updated: secondsOf(act),
  }
  const { id } = make(act, 'product', product, 'product.created')
  const amounts = { unit_amount, unit_amount_decimal: String(unit_amount) }
  return make(act, 'price', { currency, product: id, ...amounts }, 'price.created')
}
