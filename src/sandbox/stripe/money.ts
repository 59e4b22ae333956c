/** Amounts in the smallest unit of a currency, as the API counts them. Source: Stripe's page "Supported currencies". */
import { wrong } from './errors.ts'

const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '))

/** Counted in hundredths although there are none: the last two digits must be zeros. */
const WHOLE_ONLY = new Set(['isk', 'ugx'])

/** The least that may be charged, in the smallest unit; where there is none here, any amount. */
const MINIMUM: ReadonlyMap<string, number> = new Map(
  `usd 50 aed 200 aud 50 bgn 100 brl 50 cad 50 chf 50 czk 1500 dkk 250 eur 50 gbp 30 hkd 400 huf 17500 inr 50 jpy 50
  mxn 1000 myr 200 nok 300 nzd 50 pln 200 ron 200 sek 300 sgd 50 thb 1000`
    .matchAll(/(\w+) (\d+)/g)
    .map(([, currency = '', least]) => [currency, Number(least)]),
)

/** Eight digits. */
const MOST = 99_999_999

const SYMBOLS: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£', jpy: '¥' }

/** How many decimals the API's amounts of a currency have. */
function decimalsOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0
  return THREE_DECIMAL.has(currency) ? 3 : 2
}

/** The amount for a reader, such as `$12.50`. */
export function moneyText(amount: number, currency: string): string {
  const text = (amount / 10 ** decimalsOf(currency)).toFixed(decimalsOf(currency))
  const symbol = SYMBOLS[currency]
  return symbol === undefined ? `${text} ${currency.toUpperCase()}` : symbol + text
}

/** The currency in lower case; the API's 400 for one that is none. */
export function currencyIn(given: string, param: string): string {
  const currency = given.toLowerCase()
  if (Intl.supportedValuesOf('currency').includes(currency.toUpperCase())) return currency
  throw wrong(
    param,
    `Invalid currency: ${currency}. Stripe currently supports these currencies: usd, aed, aud, bgn, brl, cad, chf, czk, dkk, eur, gbp, hkd, huf, inr, jpy, mxn, nok, nzd, pln, ron, sek, sgd, thb and more`,
  )
}

/** Throws the API's 400 for an amount that cannot be charged; `whose` begins the sentence about one that is too small. */
export function checkCharge(amount: number, currency: string, param: string, whose = 'Amount must be'): void {
  checkUnit(amount, currency, param)
  const least = MINIMUM.get(currency) ?? 1
  if (amount < least) {
    const message = `${whose} at least ${moneyText(least, currency)} ${currency}`
    throw wrong(param, message, 'amount_too_small')
  }
  if (amount <= MOST) return
  const message = `Amount must be no more than ${moneyText(MOST, currency)}`
  throw wrong(param, message, 'amount_too_large')
}

/** Throws the API's 400 for an amount that has digits the currency does not allow. */
export function checkUnit(amount: number, currency: string, param: string): void {
  const step = THREE_DECIMAL.has(currency) ? 10 : WHOLE_ONLY.has(currency) ? 100 : 1
  if (amount % step === 0) return
  throw wrong(
    param,
    `Invalid amount. The amount in ${currency} must be evenly divisible by ${String(step)}.`,
    'parameter_invalid_integer',
  )
}

/** The fee of a payment by card: 2.9 % and a fixed part where the currency has hundredths. */
export function feeOf(amount: number, currency: string): number {
  const fixed = decimalsOf(currency) === 2 && !WHOLE_ONLY.has(currency) ? 30 : 0
  return Math.min(amount, Math.round((amount * 29) / 1000) + fixed)
}
