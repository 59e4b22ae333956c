import { isObject } from '../../domain/shape.ts'
import { formatAmount, readAmount, readCurrency, type Money } from '../../domain/money.ts'

/** PayPal's page "Currency codes": what can be paid with, and of that what is paid in whole units only. */
const CURRENCIES: ReadonlySet<string> = new Set(
  'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(
    ' ',
  ),
)
const WHOLE_ONLY: ReadonlySet<string> = new Set(['HUF', 'JPY', 'TWD'])

/** An amount as the API has it. */
export interface PayPalAmount {
  readonly currency_code: string
  readonly value: string
}

/**
 * The same amount as PayPal writes it. We count forints and Taiwan dollars in hundredths, as Stripe does; PayPal takes
 * no part of one. Null for what it does not take.
 */
export function amountOut(money: Money): PayPalAmount | null {
  const { currency } = money
  if (!CURRENCIES.has(currency)) return null
  const text = formatAmount(money)
  if (!WHOLE_ONLY.has(currency)) return { currency_code: currency, value: text }
  const [whole = '', fraction = ''] = text.split('.')
  return /^0*$/.test(fraction) ? { currency_code: currency, value: whole } : null
}

/** An amount of an answer; null for what is none. */
export function amountIn(json: unknown): Money | null {
  if (!isObject(json)) return null
  const { currency_code, value } = json
  if (typeof currency_code !== 'string' || typeof value !== 'string') return null
  const currency = readCurrency(currency_code)
  return currency === null ? null : readAmount(value, currency)
}

/** Whether two amounts are the same to the last unit. */
export function isSame(one: Money, other: Money): boolean {
  return one.minor === other.minor && one.currency === other.currency
}
