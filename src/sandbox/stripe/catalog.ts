/** Products and prices, and the lines that links and sessions are made of. */
import { integerOf, isObject, objectOf, stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newId, newObject, secondsOf, type Account, type Act } from './account.ts'
import { atPath, found, listed, listShape, type Call, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { changedMetadata, metadataIn } from './metadata.ts'
import type { LineItem, Price, Product } from './model.ts'
import { checkCharge, checkUnit, currencyIn } from './money.ts'
import {
  AMOUNT,
  FLAG,
  METADATA,
  missing,
  object,
  oneOf,
  required,
  TEXT,
  type Rule,
  type Shape,
} from './params.ts'
import { shown } from './show.ts'

const NEW_PRODUCT: Shape = {
  rules: { name: required(TEXT), active: FLAG, description: TEXT, id: TEXT, metadata: METADATA, url: TEXT },
  others:
    'default_price_data images marketing_features package_dimensions shippable statement_descriptor tax_code tax_details type unit_label',
}
const TAX_BEHAVIOR = oneOf('unspecified', 'exclusive', 'inclusive')
const NEW_PRICE: Shape = {
  rules: {
    currency: required(TEXT),
    active: FLAG,
    lookup_key: TEXT,
    metadata: METADATA,
    nickname: TEXT,
    product: TEXT,
    product_data: object(
      { name: required(TEXT), id: TEXT, metadata: METADATA, active: FLAG },
      'statement_descriptor tax_code unit_label',
    ),
    tax_behavior: TAX_BEHAVIOR,
    unit_amount: AMOUNT,
  },
  others:
    'billing_scheme currency_options custom_unit_amount recurring tiers tiers_mode transfer_lookup_key transform_quantity unit_amount_decimal',
}

/** The lines of a link or session, as parameters. */
export const LINES: Rule = {
  type: 'list',
  of: object(
    {
      price: TEXT,
      price_data: object(
        {
          currency: required(TEXT),
          product: TEXT,
          product_data: object(
            { name: required(TEXT), description: TEXT, metadata: METADATA },
            'images tax_code tax_details unit_label',
          ),
          tax_behavior: TAX_BEHAVIOR,
          unit_amount: AMOUNT,
        },
        'recurring unit_amount_decimal',
      ),
      quantity: { type: 'integer', min: 1, max: 999_999 },
    },
    'adjustable_quantity metadata tax_rates',
  ),
}

/** The routes. */
export function catalogRoutes(route: MakeRoute): readonly Route[] {
  const changeProduct = {
    name: TEXT,
    active: FLAG,
    description: { ...TEXT, unset: true } as const,
    metadata: METADATA,
  }
  return [
    route('POST', '/v1/products', NEW_PRODUCT, ({ account, act, params }) =>
      addProduct(account, act, params),
    ),
    route('GET', '/v1/products', listShape({ active: FLAG }, 'ids shippable url'), call =>
      listed(call, 'product', '/v1/products', { where: { active: flagOf(call) } }),
    ),
    route('GET', '/v1/products/{id}', { rules: {} }, call => atPath(call, 'product')),
    route('POST', '/v1/products/{id}', { rules: changeProduct }, call => {
      const before = atPath(call, 'product')
      const { metadata: _, expand: __, ...parts } = call.params
      const metadata = changedMetadata(before.metadata, call.params)
      const product = { ...before, ...parts, metadata, updated: secondsOf(call.act) }
      call.account.store.put('product', product)
      emit(call.account, call.act, 'product.updated', product)
      return product
    }),
    route('POST', '/v1/prices', NEW_PRICE, call => priceFrom(call, call.params, '', true)),
    route(
      'GET',
      '/v1/prices',
      listShape({ active: FLAG, currency: TEXT, product: TEXT }, 'lookup_keys recurring type'),
      call => {
        const { currency, product } = call.params
        const where = { active: flagOf(call), currency: textOr(currency), product: textOr(product) }
        return listed(call, 'price', '/v1/prices', { where })
      },
    ),
    route('GET', '/v1/prices/{id}', { rules: {} }, call => atPath(call, 'price')),
  ]
}

function flagOf({ params }: Call): boolean | undefined {
  return typeof params['active'] === 'boolean' ? params['active'] : undefined
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function addProduct(account: Account, act: Act, given: JsonObject): Product {
  const product: Product = {
    ...newObject(act, 'product', 'prod'),
    id: stringOf(given, 'id') ?? newId('prod'),
    active: given['active'] !== false,
    default_price: null,
    description: stringOf(given, 'description') ?? null,
    images: [],
    marketing_features: [],
    metadata: metadataIn(given),
    name: stringOf(given, 'name') ?? '',
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: secondsOf(act),
    url: stringOf(given, 'url') ?? null,
  }
  if (account.store.find('product', product.id) !== undefined) {
    throw refused({ message: 'Product already exists.', param: 'id', code: 'resource_already_exists' })
  }
  account.store.add('product', product)
  emit(account, act, 'product.created', product)
  return product
}

/** A price from its parameters, with a product that is named or made; one made inline is not active, as with Stripe. */
function priceFrom(call: Call, given: JsonObject, at: string, active: boolean): Price {
  const { account, act } = call
  const param = (name: string): string => (at === '' ? name : `${at}[${name}]`)
  const currency = currencyIn(stringOf(given, 'currency') ?? '', param('currency'))
  const amount = integerOf(given, 'unit_amount')
  if (amount === undefined) {
    throw refused({
      message: `You must specify either \`unit_amount\` or \`unit_amount_decimal\` when \`billing_scheme=per_unit\`.`,
      param: param('unit_amount'),
      code: 'parameter_missing',
    })
  }
  checkUnit(amount, currency, param('unit_amount'))
  const price: Price = {
    ...newObject(act, 'price', 'price'),
    active: active && given['active'] !== false,
    billing_scheme: 'per_unit',
    currency,
    custom_unit_amount: null,
    lookup_key: stringOf(given, 'lookup_key') ?? null,
    metadata: metadataIn(given),
    nickname: stringOf(given, 'nickname') ?? null,
    product: productIn(call, given, param, active).id,
    recurring: null,
    tax_behavior: stringOf(given, 'tax_behavior') ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  }
  account.store.add('price', price)
  emit(account, act, 'price.created', price)
  return price
}

function productIn(call: Call, given: JsonObject, param: (name: string) => string, active: boolean): Product {
  const named = stringOf(given, 'product')
  if (named !== undefined) return found(call, 'product', named, param('product'))
  const data = objectOf(given, 'product_data')
  if (data !== undefined) return addProduct(call.account, call.act, { ...data, active })
  const message = 'You must specify either `product` or `product_data` when creating a price.'
  throw refused({ message, param: param('product'), code: 'parameter_missing' })
}

/** The lines among the parameters, and their sum; refused where it is no amount that can be charged (nothing is). */
export function linesIn(
  call: Call,
  whose: string,
): { readonly lines: readonly LineItem[]; readonly total: number; readonly currency: string } {
  const given = call.params['line_items']
  const lines = (Array.isArray(given) ? given : []).map((line, index) =>
    lineFrom(call, isObject(line) ? line : {}, `line_items[${String(index)}]`),
  )
  const [first] = lines
  if (first === undefined) throw missing('line_items')
  if (lines.some(({ currency }) => currency !== first.currency)) {
    throw refused({ message: 'All line items must have the same currency.', param: 'line_items' })
  }
  const total = lines.reduce((sum, line) => sum + line.amount_total, 0)
  if (total > 0) {
    checkCharge(total, first.currency, 'line_items', `The ${whose}'s total amount due must add up to`)
  }
  return { lines, total, currency: first.currency }
}

function lineFrom(call: Call, given: JsonObject, at: string): LineItem {
  const price = priceIn(call, given, at)
  const product = call.account.store.find('product', price.product)
  const quantity = integerOf(given, 'quantity') ?? 1
  const amount = price.unit_amount * quantity
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product?.name ?? null,
    metadata: null,
    price: shown(price),
    quantity,
  }
}

function priceIn(call: Call, given: JsonObject, at: string): Price {
  const named = stringOf(given, 'price')
  const inline = objectOf(given, 'price_data')
  if (inline !== undefined) return priceFrom(call, inline, `${at}[price_data]`, false)
  if (named === undefined) throw missing(`${at}[price]`)
  const price = found(call, 'price', named, `${at}[price]`)
  if (price.active) return price
  throw refused({
    message: `The price specified is inactive. This field only accepts active prices.`,
    param: `${at}[price]`,
  })
}
