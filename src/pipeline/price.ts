import { readAmount, readCurrency, readMoney, type Money } from '../domain/money.ts'
import { AppError } from '../kernel/errors.ts'
import type { Settings } from '../settings/schema.ts'
import type { Client } from '../store/client-rows.ts'

/** The currency of a client's prices: its own, or the configured one. */
export function currencyFor(settings: Settings, client: Pick<Client, 'currency'> | null): string {
  return client?.currency ?? readCurrency(settings.billing.currency) ?? 'USD'
}

/** The price in a cell of a row, which is in the client's currency; `flaw` says what is wrong with one that cannot be taken. */
export function priceInCell(
  cell: number | null,
  currency: string,
): { readonly price: Money | null; readonly flaw: string | null } {
  if (cell === null) return { price: null, flaw: null }
  const price = readAmount(String(cell), currency)
  return { price, flaw: price === null ? `Price "${cell}" is not an amount of ${currency}` : null }
}

/**
 * The price that a person typed: `49.90` in the client's currency, or `49.90 EUR`, where that is the same.
 * @throws AppError `usage`
 */
export function typedPrice(text: string, currency: string): Money {
  const price = readAmount(text, currency) ?? readMoney(text)
  if (price === null) {
    const message = `"${text}" is not an amount of ${currency}`
    throw new AppError(
      'usage',
      message,
      'give a number such as 49, with no more decimals than the currency has',
    )
  }
  if (price.currency !== currency) {
    const message = `the price is in ${price.currency}, the client is billed in ${currency}`
    throw new AppError(
      'usage',
      message,
      'echopilot client set CLIENT --currency CURRENCY, or give no currency',
    )
  }
  return price
}
