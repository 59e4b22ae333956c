import { join } from 'node:path'
import { expect } from 'vitest'
import type { LedgerWire } from '../../sandbox/support/wire.ts'
import { expectAtRest, readBooks, rowsOf, type Books, type CallRow } from '../../support/books.ts'

/** Every task with the state and score of its latest run, as `done 95`, by title. */
export function endsOf(stateDir: string): Record<string, string> {
  const rows = rowsOf<{ title: string; state: string; score: number | null; runs: number }>(
    join(stateDir, 'echopilot.db'),
    `SELECT t.title, r.state, r.score, (SELECT COUNT(*) FROM runs WHERE task_id = t.id) AS runs
     FROM tasks t JOIN runs r ON r.task_id = t.id AND r.number = 1`,
  )
  return Object.fromEntries(
    rows.map(row => [row.title, `${row.state} ${String(row.score)}${row.runs === 1 ? '' : ' TWICE'}`]),
  )
}

/**
 * The books of a store that was crashed `crashes` times while at most `inFlight` calls were under way, against
 * the sandbox's ledger: every answer that was committed was paid for once, every other call that may have been
 * billed stands at its reservation.
 */
export function expectBooksMatch(
  stateDir: string,
  ledger: LedgerWire,
  most: { readonly crashes: number; readonly inFlight: number },
): void {
  const file = join(stateDir, 'echopilot.db')
  expectAtRest(file)
  const books = readBooks(file)
  const sure = books.calls.filter(call => call.certainty === 'metered')
  const unknown = books.calls.filter(call => call.certainty === 'unknown')
  expect(sure.length + unknown.length).toBe(books.calls.length)
  expect(unknown.length).toBeLessThanOrEqual(most.crashes * most.inFlight)
  for (const call of unknown) expect(call.cost_nano).toBe(call.reserved_nano)
  expectEachAnswerIsKept(books, sure)
  for (const kind of ['generate', 'judge', 'revise']) {
    const billed = ledger.rows.filter(row => row.kind === kind)
    const extra = billed.length - sure.filter(call => call.stage === kind).length
    expect(extra).toBeGreaterThanOrEqual(0)
    expect(extra).toBeLessThanOrEqual(unknown.filter(call => call.stage === kind).length)
  }
  expectBilledAsBooked(sure, ledger)
  expectOneBillEach(file)
}

/** Each task that was accepted has one bill, for the run that was, and no other has any. */
function expectOneBillEach(file: string): void {
  const accepted = `SELECT task_id, id AS run_id FROM runs WHERE state = 'done' ORDER BY task_id`
  const billed = rowsOf(file, 'SELECT task_id, run_id FROM bills ORDER BY task_id')
  expect(billed).toEqual(rowsOf(file, accepted))
}

/** A call that was paid for has brought exactly one version or one judgement, and none came from nowhere. */
function expectEachAnswerIsKept(books: Books, sure: readonly CallRow[]): void {
  const kept = [...books.outputs, ...books.judgements].map(answer => answer.call_id)
  expect(kept.toSorted()).toEqual(sure.map(call => call.id).toSorted())
}

/** Each metered call is in the ledger, with its tokens and to the nano-dollar; what is over was never answered. */
function expectBilledAsBooked(sure: readonly CallRow[], ledger: LedgerWire): void {
  const left = ledger.rows.map(row => [row.prompt_tokens, row.completion_tokens, row.cost_nano_usd].join(' '))
  for (const call of sure) {
    const row = [call.input_tokens, call.output_tokens, call.cost_nano].join(' ')
    expect(left).toContain(row)
    left.splice(left.indexOf(row), 1)
  }
}
