/**
 * Amounts of money: integers of the smallest unit of an ISO 4217 currency, read and written without floating point.
 * Amounts of two currencies are never added. How many decimals there are, what is too little and what is no whole
 * amount is as Stripe counts, which is what amounts are charged by (its page "Supported currencies").
 */

/** An amount. */
export interface Money {
  /** ISO 4217, in capitals; one that {@link readCurrency} knows. */
  readonly currency: string
  /** The smallest unit that Stripe counts in; a safe integer, never negative. */
  readonly minor: number
}

const WITH_TWO_DECIMALS = `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD
  CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
  IDR ILS INR IRR ISK JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
  MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
  SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...WITH_TWO_DECIMALS.split(/\s+/).map(currency => [currency, 2] as const),
  ...'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' ').map(each => [each, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map(each => [each, 3] as const),
])

/** Counted in hundredths, of which there are none any more: the last two digits are zeros. */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['ISK', 'UGX'])

/** The currency that a text names, in capitals; null for none. */
export function readCurrency(text: string): string | null {
  const currency = text.trim().toUpperCase()
  return DECIMALS.has(currency) ? currency : null
}

/** How many decimals an amount of a currency has for the one who pays it. */
function shownDecimals(currency: string): number {
  return WHOLE_ONLY.has(currency) ? 0 : decimalsOf(currency)
}

function decimalsOf(currency: string): number {
  return DECIMALS.get(currency) ?? 2
}

/**
 * Reads `49`, `49.9` or `1250.00`. Null for what is no such number, has more decimals than the currency, or is too
 * large to be counted exactly.
 */
export function readAmount(text: string, currency: string): Money | null {
  const shown = shownDecimals(currency)
  const scaled = readDecimal(text, shown)
  if (scaled === null) return null
  const minor = scaled * 10n ** BigInt(decimalsOf(currency) - shown)
  return minor > BigInt(Number.MAX_SAFE_INTEGER) ? null : { currency, minor: Number(minor) }
}

/** Reads an amount with its currency, such as `49.90 EUR`; null for what is none. */
export function readMoney(text: string): Money | null {
  const [, amount, name] = /^\s*([\d.]+)\s*([A-Za-z]{3})\s*$/.exec(text) ?? []
  const currency = readCurrency(name ?? '')
  return amount === undefined || currency === null ? null : readAmount(amount, currency)
}

/** A decimal number as an integer of so many decimals; null where it has more of them, or is none. */
function readDecimal(text: string, decimals: number): bigint | null {
  const [, whole, fraction = ''] = /^\s*(\d{1,18})(?:\.(\d{1,18}))?\s*$/.exec(text) ?? []
  if (whole === undefined) return null
  const digits = fraction.replace(/0+$/, '')
  return digits.length > decimals ? null : BigInt(whole + digits.padEnd(decimals, '0'))
}

/** The amount with all decimals of its currency and without its name: `49.90`. */
export function formatAmount({ minor, currency }: Money): string {
  const decimals = decimalsOf(currency)
  const digits = String(minor).padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  const fraction = digits.slice(cut, cut + shownDecimals(currency))
  return fraction === '' ? digits.slice(0, cut) : `${digits.slice(0, cut)}.${fraction}`
}

/** The amount with its currency: `49.90 EUR`. */
export function formatMoney(money: Money): string {
  return `${formatAmount(money)} ${money.currency}`
}

/** Sums, one for each currency, in the order of their names. */
export function sumsByCurrency(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, number>()
  for (const { currency, minor } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + minor)
  return [...sums].map(([currency, minor]) => ({ currency, minor })).toSorted(byCurrency)
}

function byCurrency(a: Money, b: Money): number {
  return a.currency < b.currency ? -1 : 1
}

/** The least that Stripe charges, in the smallest unit; of other currencies it depends on the account. */
const MINIMUM: ReadonlyMap<string, number> = new Map(
  `USD 50 AED 200 AUD 50 BGN 100 BRL 50 CAD 50 CHF 50 CZK 1500 DKK 250 EUR 50 GBP 30 HKD 400 HUF 17500 INR 50 JPY 50
   MXN 1000 MYR 200 NOK 300 NZD 50 PLN 200 RON 200 SEK 300 SGD 50 THB 1000`
    .matchAll(/(\w+) (\d+)/g)
    .map(([, currency = '', least]) => [currency, Number(least)]),
)
/** The most that Stripe charges: eight digits. */
const MOST = 99_999_999

/** Why an amount cannot be charged by a payment link, in a few words; null where it can. */
export function whyNoLink(money: Money): string | null {
  const least = { ...money, minor: MINIMUM.get(money.currency) ?? 1 }
  if (money.minor < least.minor) return `below the ${formatMoney(least)} that can be charged`
  if (money.minor > MOST) return `above the ${formatMoney({ ...money, minor: MOST })} that can be charged`
  const isUneven = decimalsOf(money.currency) === 3 && money.minor % 10 !== 0
  return isUneven ? 'with a last digit that cannot be charged' : null
}

/** US dollars for one of another currency, from a day on. */
export interface DatedRate {
  /** `YYYY-MM-DD`, UTC. */
  readonly from: string
  readonly currency: string
  /** A decimal number of at most nine decimals, as it was written. */
  readonly usd: string
}

/** Reads `2026-11-01 EUR 1.0832`: null for what is no day, currency and rate. */
export function readRate(text: string): DatedRate | null {
  const [from = '', name = '', usd = '', ...rest] = text.trim().split(/\s+/)
  const currency = readCurrency(name)
  const isDay = /^\d{4}-\d\d-\d\d$/.test(from) && dayOf(Date.parse(`${from}T00:00:00Z`)) === from
  const isRate = (readDecimal(usd, NANO_DECIMALS) ?? 0n) > 0n
  return currency === null || !isDay || !isRate || rest.length > 0 ? null : { from, currency, usd }
}

function dayOf(ms: number): string | null {
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 10)
}

/** The rates in force at an instant, by currency: of each the newest of those that have begun (UTC). */
export function ratesAt(rates: readonly DatedRate[], atMs: number): Record<string, string> {
  const day = dayOf(atMs) ?? ''
  const begun = rates.filter(({ from }) => from <= day).toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return Object.fromEntries(begun.map(({ currency, usd }) => [currency, usd]))
}

const NANO_DECIMALS = 9

/** A decimal number of US dollars as integer nano-dollars; null where it has more than nine decimals, or is none. */
export function readNanoUsd(text: string): number | null {
  const nano = readDecimal(text, NANO_DECIMALS)
  return nano === null || nano > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(nano)
}

/**
 * An amount in integer nano-dollars, rounded once, half up; null without a rate: then it is not computed, and neither
 * is what follows from it.
 */
export function nanoUsdOf(
  { minor, currency }: Money,
  rates: Readonly<Record<string, string>>,
): number | null {
  const rate = currency === 'USD' ? '1' : rates[currency]
  const nano = rate === undefined ? null : readDecimal(rate, NANO_DECIMALS)
  if (nano === null) return null
  const dollars = halfUp(BigInt(minor) * nano, 10n ** BigInt(decimalsOf(currency)))
  return dollars > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(dollars)
}

/** The nano-dollars of a part of an amount that is so many nano-dollars whole, rounded once, half up. */
export function nanoOfPart(wholeNano: number, partMinor: number, wholeMinor: number): number {
  return wholeMinor === 0 ? 0 : Number(halfUp(BigInt(wholeNano) * BigInt(partMinor), BigInt(wholeMinor)))
}

/** Several together, each rounded by itself; null where one of them is not computed. Nothing needs no rate. */
export function nanoUsdOfAll(
  amounts: readonly Money[],
  rates: Readonly<Record<string, string>>,
): number | null {
  return amounts
    .filter(({ minor }) => minor > 0)
    .map(amount => nanoUsdOf(amount, rates))
    .reduce<number | null>((sum, nano) => (sum === null || nano === null ? null : sum + nano), 0)
}

/** What part of the gross a profit is, in percent with one decimal, half up by magnitude; null of nothing. */
export function marginPercent(profitNano: number, grossNano: number): number | null {
  if (grossNano <= 0) return null
  const size = halfUp(BigInt(Math.abs(profitNano)) * 1000n, BigInt(grossNano))
  return (Math.sign(profitNano) * Number(size)) / 10
}

/** A quotient of what is not negative. */
function halfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator)
}
