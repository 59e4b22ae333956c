/** Amounts as PayPal writes them: a text with the decimals of the currency. Source: its page "Currency codes". */
import { stringOf, type JsonObject } from '../lib/json.ts'
import { unprocessable } from './errors.ts'

/** An amount of the API. */
interface Money {
  readonly currency_code: string
  readonly value: string
}

const CURRENCIES = new Set(
  'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(
    ' ',
  ),
)

const WITHOUT_DECIMALS = new Set(['HUF', 'JPY', 'TWD'])

/** The longest that may be charged. */
const MOST_DIGITS = 12

function decimalsOf(currency: string): number {
  return WITHOUT_DECIMALS.has(currency) ? 0 : 2
}

/** The amount in the smallest unit; throws the API's 422 for one that the currency cannot have, or that is no payment. */
export function minorIn(amount: JsonObject, field: string): number {
  const [currency, value] = [stringOf(amount, 'currency_code') ?? '', stringOf(amount, 'value') ?? '']
  if (!CURRENCIES.has(currency))
    throw unprocessable('INVALID_CURRENCY_CODE', `${field}/currency_code`, currency)
  const [whole = '', rest = ''] = value.split('.')
  const decimals = decimalsOf(currency)
  const minor = Number(whole + rest.padEnd(decimals, '0'))
  const issues: readonly (readonly [issue: string, isSo: boolean])[] = [
    ['DECIMALS_NOT_SUPPORTED', decimals === 0 && rest !== ''],
    ['DECIMAL_PRECISION', rest.length > decimals],
    ['MAX_VALUE_EXCEEDED', whole.length > MOST_DIGITS],
    ['CANNOT_BE_ZERO_OR_NEGATIVE', minor <= 0],
  ]
  const issue = issues.find(([, isSo]) => isSo)?.[0]
  if (issue !== undefined) throw unprocessable(issue, `${field}/value`, value)
  return minor
}

/** The amount as the API writes it; it may be negative. */
export function moneyOf(minor: number, currency: string): Money {
  const decimals = decimalsOf(currency)
  return { currency_code: currency, value: (minor / 10 ** decimals).toFixed(decimals) }
}

/** The amount for a reader, such as `12.50 USD`. */
export function moneyText({
  minor,
  currency,
}: {
  readonly minor: number
  readonly currency: string
}): string {
  return `${moneyOf(minor, currency).value} ${currency}`
}

/** The fee of a payment: 3.49 % and a fixed part. */
export function feeOf(minor: number, currency: string): number {
  const fixed = decimalsOf(currency) === 2 ? 49 : 40
  return Math.min(minor, Math.round((minor * 349) / 10_000) + fixed)
}
