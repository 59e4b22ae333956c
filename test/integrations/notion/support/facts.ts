/** What must hold of the board and the store, whatever happened in between. */
import { expect } from 'vitest'
import { isObject } from '../../../../src/sandbox/lib/json.ts'
import { lettersOf, type Board, type Row } from './board.ts'
import type { Desk } from './desk.ts'

/** A run as the store's own file holds it. */
export interface RunRow {
  readonly id: string
  readonly number: number
  readonly state: string
  readonly cause: string
  readonly reason: string | null
  readonly page_id: string
  readonly title: string
}

/** All runs of a desk that came from pages, as they were made. */
export function runsOf(desk: Desk, pageId?: string): RunRow[] {
  const runs = desk.rows<RunRow>(
    `SELECT r.id, r.number, r.state, r.cause, r.reason, t.page_id, t.title FROM runs r JOIN tasks t ON t.id = r.task_id
     WHERE t.page_id IS NOT NULL ORDER BY r.created_ms, r.number`,
  )
  return pageId === undefined ? runs : runs.filter(run => run.page_id === pageId)
}

/** States of the runs of a page, in order. */
export function statesOf(desk: Desk, pageId?: string): string[] {
  return runsOf(desk, pageId).map(run => run.state)
}

/** The newest text of a run; null where it has none. */
export function outputOf(desk: Desk, runId: string): string | null {
  const [output] = desk.rows<{ text: string }>(
    `SELECT text FROM outputs WHERE run_id = '${runId}' ORDER BY number DESC LIMIT 1`,
  )
  return output?.text ?? null
}

/** The page holds one container of the run that says what its newest text says; none where it wrote nothing. */
export async function expectBodyOnce(desk: Desk, board: Board, pageId: string, runId: string): Promise<void> {
  const own = (await board.containers(pageId)).filter(({ title }) => title.endsWith(`⟦${runId}⟧`))
  const text = outputOf(desk, runId)
  expect(own.map(({ letters }) => letters)).toEqual(text === null ? [] : [lettersOf(text)])
}

/** Rows of a log that belong to a run. */
export async function logRows(
  board: Board,
  title: 'Automation Log' | 'Job Log',
  runId: string,
): Promise<Row[]> {
  return (await board.rows(title)).filter(row => row.cells['Run ID'] === runId)
}

/** Statuses of a run's rows in both logs: those of the Automation Log sorted, then that of its one Job Log row. */
export async function logged(
  board: Board,
  runId: string,
): Promise<{ readonly log: readonly string[]; readonly job: readonly string[] }> {
  const statuses = async (title: 'Automation Log' | 'Job Log'): Promise<string[]> =>
    (await logRows(board, title, runId)).map(row => String(row.cells['Status'])).toSorted()
  return { log: await statuses('Automation Log'), job: await statuses('Job Log') }
}

/** How many properties were written to a page by the program, request by request. */
export async function patchesOf(board: Board, pageId: string): Promise<Record<string, unknown>[]> {
  const writes = await board.writes(pageId)
  return writes
    .filter(({ kind }) => kind === 'page.update')
    .map(({ changed }) => (isObject(changed) && isObject(changed['properties']) ? changed['properties'] : {}))
}

/** Nothing waits to be written, and nothing was given up. */
export function expectDelivered(desk: Desk): void {
  expect(desk.rows(`SELECT key, state, error FROM effects WHERE state <> 'done'`)).toEqual([])
}

/** Any text that matches, within an expected object. */
export function textLike(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
