import { beforeEach, expect, test } from 'vitest'
import { rowsOf } from '../support/books.ts'
import { expectGolden } from '../support/golden.ts'
import { addTo, claimFrom, commitDraft, testStore, type TestStore } from '../support/store.ts'
import { changeStore } from './support/store-file.ts'

test('the schema is the one in the golden file', () => {
  const files = testStore()
  files.open('first')
  const rows = rowsOf<{ sql: string }>(
    files.path,
    `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, tbl_name, name`,
  )
  expect(rows.length).toBeGreaterThan(20)
  expectGolden('schema.sql', rows.map(({ sql }) => `${sql};\n`).join('\n'))
})

let files: TestStore

beforeEach(async () => {
  files = testStore()
  const store = files.open('first')
  await addTo(store)
  await commitDraft(store, (await claimFrom(store)).claim)
})

/** What the store itself refuses, whatever the program around it does wrong. */
test.each([
  [
    'a second open run of a task',
    `CREATE TEMP TABLE copy AS SELECT * FROM runs; UPDATE copy SET id = 'run_2', number = 2; INSERT INTO runs SELECT * FROM copy`,
  ],
  ['an owner without a lease', `UPDATE runs SET owner = 'x'`],
  ['a lease without an owner', 'UPDATE runs SET lease_until_ms = 1'],
  ['an end without a final state', 'UPDATE runs SET ended_ms = 1'],
  ['a final state without an end', `UPDATE runs SET state = 'done', next_stage = NULL`],
  ['a final state with a next stage', `UPDATE runs SET state = 'done', ended_ms = 1`],
  ['a waiting run without a next stage', 'UPDATE runs SET next_stage = NULL'],
  ['a held run that needs nothing known', `UPDATE runs SET state = 'held'`],
  ['an unknown state', `UPDATE runs SET state = 'lost'`],
  ['an unknown stage', `UPDATE runs SET next_stage = 'deliver'`],
  ['an unknown error class', `UPDATE runs SET error_class = 'odd'`],
  ['a run of no task', `UPDATE runs SET task_id = 'task_none'`],
  ['a negative cost', 'UPDATE calls SET cost_nano = -1'],
  ['a call under way that has ended', `UPDATE calls SET certainty = 'reserved'`],
  ['an ended call without an end', 'UPDATE calls SET ended_ms = NULL'],
  ['an unknown certainty', `UPDATE calls SET certainty = 'probably'`],
  ['a call of no run', `UPDATE calls SET run_id = 'run_none'`],
  ['an output of no call', `UPDATE outputs SET call_id = 'call_none'`],
  ['findings that are no JSON', `UPDATE outputs SET check_findings = '['`],
  ['text for a number', `UPDATE calls SET cost_nano = 'much'`],
  [
    'a score without its parts',
    `INSERT INTO judgements SELECT 'jdg_1', run_id, id, 1, call_id, 90, NULL, NULL, '[]', NULL, NULL, 'r', 'p', 'm', 1 FROM outputs`,
  ],
  [
    'no score and no flaw',
    `INSERT INTO judgements SELECT 'jdg_1', run_id, id, 1, call_id, NULL, NULL, NULL, '[]', NULL, NULL, 'r', 'p', 'm', 1 FROM outputs`,
  ],
  [
    'a score above 100',
    `INSERT INTO judgements SELECT 'jdg_1', run_id, id, 1, call_id, 101, '{}', '{}', '[]', NULL, NULL, 'r', 'p', 'm', 1 FROM outputs`,
  ],
  ['a QA target above 100', 'UPDATE tasks SET qa_target = 101'],
  [
    'two decisions on one version',
    `INSERT INTO decisions SELECT run_id, id, 'approve', '', 'a', 1, id FROM outputs; INSERT INTO decisions SELECT run_id, id, 'return', '', 'a', 1, id FROM outputs`,
  ],
  ['an unknown scope of spending', `UPDATE spend SET scope = 'year'`],
])('the schema refuses %s', (_, sql) => {
  expect(() => changeStore(files.path, sql)).toThrow(/constraint|cannot store TEXT/)
})

test('every table is STRICT', () => {
  const loose = rowsOf(
    files.path,
    `SELECT name FROM pragma_table_list WHERE strict = 0 AND schema = 'main' AND name NOT LIKE 'sqlite_%'`,
  )
  expect(loose).toEqual([])
})
