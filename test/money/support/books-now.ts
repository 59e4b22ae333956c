import { rowsOf } from '../../support/books.ts'

/** What the books say, without ids and instants. */
export function booksNow(path: string): Record<string, unknown> {
  return {
    bills: rowsOf(path, 'SELECT state FROM bills'),
    links: rowsOf(path, 'SELECT state FROM links'),
    payments: rowsOf(
      path,
      'SELECT currency, amount_minor, state, bill_id IS NOT NULL AS is_billed FROM payments ORDER BY outside_id',
    ),
    refunds: rowsOf(path, 'SELECT amount_minor, state FROM refunds ORDER BY outside_id'),
    disputes: rowsOf(path, 'SELECT state FROM disputes ORDER BY outside_id'),
  }
}
