import type { Store } from '../../src/store/index.ts'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { openEngine } from '../../src/store/engine.ts'
import { migrate, readMigrations, refuseForeign, type Migration } from '../../src/store/migrate.ts'
import { rowsOf } from '../support/books.ts'
import { NOBODY_LIVES } from '../support/fake-machine.ts'
import { addTo, unmadeStore } from '../support/store.ts'

const NEWEST = readMigrations().length

type Row = Readonly<Record<string, string | number | null>>

const RUN = {
  number: 1,
  cause: 'tick',
  priority: 1,
  brief_digest: 'd',
  threshold: 82.5,
  band: 2,
  revisions: 1,
  attempt: 1,
  not_before_ms: 0,
  claim_no: 1,
  program_commit: 'c0ffee',
  created_ms: 1_000,
} as const
const ENDED = { ...RUN, started_ms: 1_001, ended_ms: 1_002 }
const TASK = { brief: 'b', type: 'Other', priority: 1, created_ms: 1_000 }
const CALL = {
  run_id: 'run_done',
  attempt: 1,
  claim_no: 1,
  owner: 'gone',
  stage: 'generate',
  service: 'models',
  credential: 'k',
  model: 'm',
  cost_nano: 9_007_199_254_740_991,
  reserved_nano: 5,
  price_basis: 'table',
  price_version: 'v',
  prompt_digest: 'p',
  client: 'Acme',
  day: '2026-11-25',
  started_ms: 1_001,
}
const EFFECT = {
  run_id: 'run_done',
  target: 'page-1',
  tries: 1,
  uncertain: 0,
  not_before_ms: 0,
  claim_no: 1,
  created_ms: 1_002,
}

/** What stores hold, in every column that any version has. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  clients: [
    {
      id: 'client_1',
      source: 'notion',
      page_id: 'page-c',
      name: 'Acme',
      email: 'a@example.com',
      active: 1,
      currency: 'EUR',
      billing: 'invoice',
      rate_nano: 1_250_000_000,
      tax_category: 'Reverse Charge',
      payment_days: 14,
      language: 'de',
      country: 'AT',
      tax_id: 'ATU1',
      address: 'Quay 14',
      notes: 'n',
      created_ms: 1,
      read_ms: 2,
    },
    { id: 'client_2', source: 'local', name: 'Ben', active: 0, created_ms: 1, read_ms: 1 },
  ],
  tasks: [
    {
      ...TASK,
      id: 'task_b',
      source: 'local',
      title: 'é 😀',
      qa_target: 90.5,
      due_date: '2026-12-01',
    },
    {
      ...TASK,
      id: 'task_a',
      source: 'notion',
      title: '',
      page_id: 'page-1',
      client: 'Acme',
      client_email: 'a@example.com',
      client_id: 'client_1',
      price_minor: 4_990,
      price_currency: 'EUR',
    },
    { ...TASK, id: 'task_c', source: 'local', title: 'waits' },
  ],
  runs: [
    {
      ...ENDED,
      id: 'run_done',
      task_id: 'task_a',
      state: 'done',
      score: 91.5,
      output_id: 'out_2',
      reason: 'passed',
      terms: '{}',
    },
    {
      ...ENDED,
      id: 'run_failed',
      task_id: 'task_b',
      state: 'failed_final',
      error_class: 'data',
      flaw: 'target',
      dismissed_ms: 1_003,
    },
    {
      ...RUN,
      id: 'run_again',
      task_id: 'task_b',
      number: 2,
      state: 'generating',
      next_stage: 'generate',
      owner: 'gone',
      lease_until_ms: 9,
      replay_of: 'run_failed',
      brief: 'edited',
    },
    {
      ...RUN,
      id: 'run_held',
      task_id: 'task_c',
      state: 'held',
      next_stage: 'judge',
      held_need_nano: 7,
      cause: 'added',
    },
  ],
  attempts: [
    {
      run_id: 'run_done',
      number: 1,
      started_ms: 1,
      ended_ms: 2,
      outcome: 'rested',
      interruptions: 1,
      message: 'passed',
    },
    { run_id: 'run_again', number: 1, started_ms: 1, outcome: 'open', interruptions: 0 },
  ],
  run_events: [
    {
      run_id: 'run_done',
      seq: 1,
      at_ms: 1,
      state: 'queued',
      what: 'tick',
      actor: 'notion',
      program_commit: 'c0ffee',
    },
  ],
  calls: [
    {
      ...CALL,
      id: 'call_1',
      certainty: 'metered',
      input_tokens: 3,
      cached_tokens: 0,
      cache_write_tokens: 0,
      output_tokens: 4,
      reasoning_tokens: 0,
      ended_ms: 2,
      note: 'n',
    },
    { ...CALL, id: 'call_2', certainty: 'reserved' },
  ],
  spend: [{ scope: 'day', key: '2026-11-25', nano: 9_007_199_254_740_991 }],
  outputs: [
    {
      id: 'out_1',
      run_id: 'run_done',
      number: 1,
      call_id: 'call_1',
      stage: 'generate',
      finish: 'complete',
      text: 'text',
      digest: 'd',
      check_findings: '[]',
      checks_version: '1',
      created_ms: 2,
    },
    {
      id: 'out_2',
      run_id: 'run_done',
      number: 2,
      call_id: 'call_1',
      stage: 'revise',
      finish: 'refused',
      text: '',
      digest: 'd',
      refusal: 'no',
      check_findings: '[]',
      checks_version: '1',
      created_ms: 3,
    },
  ],
  judgements: [
    {
      id: 'jdg_1',
      run_id: 'run_done',
      output_id: 'out_1',
      number: 1,
      call_id: 'call_1',
      score: 91,
      scores: '{}',
      reasons: '{}',
      findings: '[]',
      opinion: 'good',
      rubric_digest: 'r',
      prompt_digest: 'p',
      model: 'm',
      created_ms: 2,
    },
    {
      id: 'jdg_2',
      run_id: 'run_done',
      output_id: 'out_1',
      number: 2,
      call_id: 'call_1',
      findings: '[]',
      flaw: 'no JSON',
      rubric_digest: 'r',
      prompt_digest: 'p',
      model: 'm',
      created_ms: 2,
    },
  ],
  decisions: [
    {
      run_id: 'run_done',
      output_id: 'out_2',
      work_id: 'out_1',
      kind: 'approve',
      note: 'ok',
      actor: 'cli:ana',
      at_ms: 2,
    },
  ],
  bills: [
    {
      id: 'bill_1',
      task_id: 'task_a',
      number: 1,
      run_id: 'run_done',
      client_id: 'client_1',
      state: 'unpaid',
      basis: 'row',
      currency: 'EUR',
      amount_minor: 1_000,
      price_minor: 4_990,
      why: 'price of the task 49.90 EUR',
      usd_nano: 11_000_000_000,
      fee_nano: 0,
      created_ms: 3,
      changed_ms: 3,
      opened_again: 0,
      owed: 'unpaid',
      returned_minor: 0,
    },
  ],
  links: [
    {
      id: 'link_1',
      bill_id: 'bill_1',
      number: 1,
      service: 'stripe',
      livemode: 0,
      currency: 'EUR',
      amount_minor: 1_000,
      state: 'paid',
      outside_id: 'plink_1',
      url: 'https://pay.example/1',
      why: 'paid',
      asked_ms: 3,
      made_ms: 4,
      ended_ms: 5,
    },
  ],
  mailings: [
    {
      id: 'mail_1',
      run_id: 'run_done',
      number: 1,
      output_id: 'out_1',
      address: 'a@example.com',
      wanted_ms: 1,
      asked_ms: 2,
      service: 'google',
      link_id: 'link_1',
      sent_ms: 3,
    },
  ],
  payments: [
    {
      id: 'pay_1',
      service: 'stripe',
      outside_id: 'pi_1',
      livemode: 0,
      link_id: 'link_1',
      bill_id: 'bill_1',
      currency: 'EUR',
      amount_minor: 1_000,
      state: 'paid',
      fee_minor: 55,
      fee_currency: 'USD',
      seen_by: 'webhook',
      paid_ms: 5,
      recorded_ms: 6,
      checked_ms: 7,
      may_be_wrong: 0,
    },
    {
      id: 'pay_2',
      service: 'stripe',
      outside_id: 'pi_2',
      livemode: 0,
      link_id: null,
      bill_id: null,
      currency: 'EUR',
      amount_minor: 1_000,
      state: 'paid',
      fee_minor: null,
      fee_currency: null,
      seen_by: 'scan',
      paid_ms: 5,
      recorded_ms: 6,
      checked_ms: 7,
      may_be_wrong: 1,
    },
  ],
  refunds: [
    {
      id: 'ref_1',
      payment_id: 'pay_1',
      outside_id: 're_1',
      origin: 'ours',
      amount_minor: 200,
      state: 'succeeded',
      reason: 'late',
      actor: 'cli:ana',
      error: null,
      planned_ms: 8,
      sent_ms: 9,
      ended_ms: 10,
    },
  ],
  disputes: [
    {
      id: 'dsp_1',
      payment_id: 'pay_1',
      outside_id: 'dp_1',
      currency: 'EUR',
      amount_minor: 800,
      state: 'needs_response',
      reason: 'fraudulent',
      due_ms: 99,
      opened_ms: 11,
      seen_ms: 12,
    },
  ],
  webhooks: [
    {
      id: 'hook_1',
      service: 'paypal',
      event_key: 'sha256:1',
      state: 'unverified',
      body: '{"é":1}',
      headers: '{}',
      received_ms: 1,
      read_by_us: 0,
      tries: 2,
      not_before_ms: 3,
      error: 'unknown certificate',
    },
    {
      id: 'hook_2',
      service: 'stripe',
      event_key: 'evt_1',
      state: 'worked',
      event_id: 'evt_test_1',
      type: 'v1.charge.refunded',
      thing_kind: 'charge',
      thing_id: 'ch_1',
      livemode: 1,
      event_ms: 1,
      received_ms: 2,
      read_by_us: 0,
      tries: 0,
      not_before_ms: 2,
      ended_ms: 3,
    },
  ],
  webhook_refusals: [{ service: 'stripe', day: '2026-11-30', why: 'signature', count: 3, last_ms: 4 }],
  chat_reading: [{ service: 'telegram', next_update: 7, at_ms: 1 }],
  chat_strangers: [
    { service: 'telegram', day: '2026-11-30', user_id: '1', chat_id: '1', count: 2, last_ms: 3 },
  ],
  payment_coverage: [{ service: 'stripe', what: 'events', from_ms: 1, to_ms: 2, at_ms: 3 }],
  receipts: [{ run_id: 'run_done', core: '{"a":1}', digest: 'd', sealed_ms: 2 }],
  receipt_entries: [{ run_id: 'run_done', seq: 1, kind: 'delivered', body: '{}', at_ms: 3 }],
  service_pauses: [
    {
      service: 'models',
      credential: 'k',
      model: 'm',
      state: 'open',
      cause: 'transient',
      reason: 'down',
      failed_runs: '[]',
      opened_count: 1,
      since_ms: 1,
      next_probe_ms: 2,
    },
  ],
  service_trials: [
    {
      service: 'models',
      credential: 'k',
      model: 'm',
      run_id: 'run_again',
      last_ms: 1,
      in_row: 1,
      unknown_calls: 0,
      at_fault: 1,
    },
  ],
  queue_pause: [{ only: 1, reason: 'holiday', actor: 'cli:ana', at_ms: 1 }],
  operation_records: [
    {
      id: 'rec_1',
      operation: 'poll',
      actor: 'cli:ana',
      owner: 'gone',
      started_ms: 1,
      program_commit: 'c0ffee',
    },
  ],
  proofs: [
    { subject: 'openai', outcome: 'proved', detail: 'ok', at_ms: 1, last_proved_ms: 1, previous: 'failed' },
  ],
  ticks: [{ page_id: 'page-1', run_id: 'run_done', confirmed: 0, stood_cancelled: 0 }],
  notion_databases: [{ key: 'queue', database_id: 'db', data_source_id: 'ds', properties: '{}' }],
  notion_things: [{ effect_key: 'run_done/log/ended', notion_id: 'row-1' }],
  outside_things: [{ service: 'notion', key: 'run_done/log/ended', outside_id: 'row-1' }],
  accounts: [{ service: 'notion', identity: 'w', label: 'Workspace', credential: 'k', since_ms: 1 }],
  rate_buckets: [{ service: 'notion', tokens: -2.5, at_ms: 1 }],
  locks: [{ name: 'pick-up', token: 'lock_1', owner: 'gone', since_ms: 1, lease_until_ms: 2 }],
  effects: [
    {
      ...EFFECT,
      id: 'eff_2',
      seq: 2,
      key: 'run_done/page/1',
      kind: 'page',
      body: '{"kind":"page"}',
      state: 'pending',
      passing_ms: 1_000,
      owner: 'gone',
      lease_until_ms: 9,
    },
    {
      ...EFFECT,
      id: 'eff_1',
      seq: 1,
      key: 'run_done/log/started',
      kind: 'log',
      body: '{}',
      state: 'done',
      ended_ms: 3,
    },
    {
      ...EFFECT,
      id: 'eff_3',
      seq: 3,
      key: 'run_done/body/out_1',
      kind: 'body',
      body: '{}',
      state: 'dead',
      cause: 'target',
      error: 'gone',
      looked_up_ms: 1,
      ended_ms: 3,
    },
    {
      ...EFFECT,
      id: 'eff_4',
      seq: 4,
      key: 'run_done/job/1',
      kind: 'job',
      body: '{}',
      state: 'done',
      ended_ms: 3,
    },
  ],
  probe_calls: [
    {
      id: 'call_p',
      service: 'models',
      model: 'm',
      certainty: 'metered',
      cost_nano: 1,
      reserved_nano: 2,
      price_basis: 'table',
      price_version: 'v',
      day: '2026-11-25',
      started_ms: 1,
      ended_ms: 2,
    },
  ],
  board_marks: [{ name: 'ticked rows', at: 'cursor' }],
  alerts: [
    {
      id: 'alert_a',
      cause: 'unit/a.service',
      state: 'open',
      severity: 'warning',
      message: 'a.service failed',
      next: null,
      opened_ms: 1_000,
      resolved_ms: null,
      reopenings: 0,
      told_severity: 'warning',
      told_ms: 1_001,
      silence: null,
      silence_until_ms: null,
      silence_covers: null,
      silence_by: null,
    },
  ],
  alert_signals: [
    {
      alert_id: 'alert_a',
      key: 'unit/a.service',
      severity: 'warning',
      message: 'a.service failed',
      next: null,
      state: 'bad',
      since_ms: 1_000,
    },
  ],
  unit_failures: [
    { unit: 'a.service', at_ms: 1_000, result: 'exit-code', exit_code: '1', lines: 'last line' },
  ],
  audit_log: [
    {
      seq: 1,
      at_ms: 1_000,
      actor: 'cli:ana',
      kind: 'task.add',
      subjects: '{"task_l":{}}',
      program_commit: 'c0ffee',
      previous: 'p',
      digest: 'd',
    },
  ],
  audit_head: [{ only: 1, seq: 1, digest: 'd' }],
  operate_report: [{ only: 1, at_ms: 1_000, report: '{}' }],
  healings: [
    {
      id: 'heal_a',
      healing: 'redeliver',
      thing: 'notion',
      began_ms: 1,
      ended_ms: 2,
      outcome: 'done',
      detail: 'd',
    },
    {
      id: 'heal_b',
      healing: 'redeliver',
      thing: 'notion',
      began_ms: 1,
      ended_ms: null,
      outcome: null,
      detail: null,
    },
  ],
  integrity: [{ only: 1, position: 'null', whole_ms: 1 }],
}

/** What effects of before a subject, a service and a place are about. */
const SUBJECT: Row = { subject_kind: 'run', subject_id: 'run_done', service: 'notion' }

function rowsIn(table: string): readonly Row[] {
  return (ROWS[table] ?? []).map(row =>
    table === 'effects' ? { ...SUBJECT, place: placeOf(row), ...row } : row,
  )
}

function placeOf({ kind, target }: Row): Row[string] {
  return (kind === 'log' || kind === 'job' ? kind : target) ?? null
}

/** A store of an older schema, with a row of everything that it could hold. */
function fillStore(path: string, version: number): void {
  const engine = openEngine(path, refuseForeign)
  migrate(engine, readMigrations().slice(0, version), {
    now: 1,
    programVersion: 'old',
    copy: () => () => undefined,
    processes: NOBODY_LIVES,
  })
  engine.close()
  const columns = columnsOf(path)
  const db = new Database(path)
  db.pragma('foreign_keys = ON')
  for (const [table, names] of Object.entries(columns)) {
    const values = names.map(name => `:${name}`).join(', ')
    const insert = db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${values})`)
    for (const row of rowsIn(table)) insert.run(pick(row, names))
  }
  db.close()
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map(name => [name, row[name] ?? null]))
}

/** The columns of each table; those that others refer to come before those that refer to them. */
function columnsOf(path: string): Record<string, string[]> {
  const columns = rowsOf<{ table: string; name: string }>(
    path,
    `SELECT t.name AS "table", c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name <> 'schema_migrations' AND t.name NOT LIKE 'sqlite_%'`,
  )
  const known = Object.keys(ROWS)
  expect(known).toEqual(expect.arrayContaining(columns.map(({ table }) => table)))
  const sorted = columns.toSorted((a, b) => known.indexOf(a.table) - known.indexOf(b.table))
  return Object.fromEntries(
    [...Map.groupBy(sorted, ({ table }) => table)].map(([table, all]) => [
      table,
      all.map(({ name }) => name),
    ]),
  )
}

/** Which columns of which tables have a value that was in an older schema, be it elsewhere. */
function keptColumns(
  older: Record<string, string[]>,
  newer: Record<string, string[]>,
): Record<string, string[]> {
  const moved: Record<string, string[]> = {
    ...older,
    ...(older['notion_things'] && { outside_things: ['service', 'key', 'outside_id'] }),
    ...(older['effects'] && { effects: [...older['effects'], ...Object.keys(SUBJECT), 'place'] }),
    ...(older['decisions'] && { decisions: [...older['decisions'], 'work_id'] }),
    ...(older['calls'] && { calls: [...older['calls'], 'client'] }),
  }
  return Object.fromEntries(
    Object.entries(newer).map(([table, names]) => [
      table,
      [...new Set(moved[table])].filter(name => names.includes(name)).toSorted(),
    ]),
  )
}

/** The first schema that has the audit chain. */
const AUDITED_FROM = 16

/** What is thrown away on purpose, by the schema from which on it is kept: its meaning is not known any more. */
const KEPT_FROM: Readonly<Record<string, number>> = { service_pauses: 10, locks: 13 }

/** Where an upgrade is told of, behind what was there. */
const GROWS = new Set(['audit_log', 'audit_head'])

test.each(Array.from({ length: NEWEST }, (_, index) => index + 1))(
  'a filled store of schema %d is brought up with every row it held',
  version => {
    const files = unmadeStore()
    fillStore(files.path, version)
    const older = columnsOf(files.path)
    files.machine.kill('gone')
    files.open('newer').close()
    const kept = keptColumns(older, columnsOf(files.path))
    for (const [table, names] of Object.entries(kept)) {
      if (GROWS.has(table)) continue
      const had = names.length > 0 && version >= (KEPT_FROM[table] ?? 1) ? rowsIn(table) : []
      const asText = (rows: readonly Row[]): string[] =>
        rows.map(row => JSON.stringify(pick(row, names))).toSorted()
      expect(asText(rowsOf<Row>(files.path, `SELECT * FROM ${table}`)), table).toEqual(asText(had))
    }
    const told = rowsOf<Row>(files.path, 'SELECT * FROM audit_log ORDER BY seq')
    const chain = version < AUDITED_FROM ? [] : rowsIn('audit_log')
    expect(told.slice(0, chain.length)).toEqual(chain)
    const upgrade = version < AUDITED_FROM ? ['audit.begin', 'store.migrate'] : ['store.migrate']
    expect(told.slice(chain.length).map(({ kind }) => kind)).toEqual(version === NEWEST ? [] : upgrade)
    expect(rowsOf(files.path, 'PRAGMA foreign_key_check')).toEqual([])
    expect(rowsOf(files.path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const fresh = unmadeStore()
    fresh.open('first')
    expect(schemaOf(files.path)).toEqual(schemaOf(fresh.path))
  },
)

function schemaOf(path: string): unknown[] {
  return rowsOf(path, 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
}

const REBUILT = `CREATE TABLE tasks_anew (id TEXT PRIMARY KEY, title TEXT NOT NULL) STRICT;
  INSERT INTO tasks_anew SELECT id, title FROM tasks; DROP TABLE tasks; ALTER TABLE tasks_anew RENAME TO tasks;`

/** Brings a store that holds a task to one more step, and what is left then. */
async function afterStep(sql: string): Promise<{ failure: unknown; schema: unknown; tasks: unknown }> {
  const files = unmadeStore()
  await addTo(files.open('first'))
  const engine = openEngine(files.path, refuseForeign)
  onTestFinished(() => engine.close())
  const step: Migration = { number: NEWEST + 1, name: 'step', sql, sha256: 's' }
  let failure: unknown = null
  try {
    migrate(engine, [...readMigrations(), step], {
      now: 1,
      programVersion: 'x',
      copy: () => () => undefined,
      processes: NOBODY_LIVES,
    })
  } catch (error) {
    failure = error
  }
  expect(() => engine.script('DELETE FROM tasks')).toThrow('FOREIGN KEY')
  return {
    failure,
    schema: engine.get('PRAGMA user_version')?.['user_version'],
    tasks: engine.get('SELECT COUNT(*) AS tasks FROM tasks')?.['tasks'],
  }
}

test('payments of an older store are marked where something may be wrong with them', () => {
  const files = unmadeStore()
  fillStore(files.path, 27)
  files.machine.kill('gone')
  files.open('newer').close()
  expect(rowsOf(files.path, 'SELECT id, may_be_wrong FROM payments ORDER BY id')).toEqual([
    { id: 'pay_1', may_be_wrong: 0 },
    { id: 'pay_2', may_be_wrong: 1 },
  ])
})

test('a store is not brought up while a process of the older program works on it', () => {
  const files = unmadeStore()
  fillStore(files.path, 12)
  const open = (): Store => files.open('newer')
  expect(open).toThrow(/works on this store \(pid of gone\)/)
  expect(rowsOf(files.path, 'PRAGMA user_version')).toEqual([{ user_version: 12 }])
  files.machine.kill('gone')
  open().close()
})

test('a step may make a table anew that others refer to; foreign keys hold again after it', async () => {
  expect(await afterStep(REBUILT)).toEqual({ failure: null, schema: NEWEST + 1, tasks: 1 })
})

test('a step that loses rows others refer to is undone', async () => {
  const { failure, ...left } = await afterStep(`${REBUILT} DELETE FROM tasks;`)
  expect(failure).toMatchObject({
    kind: 'store',
    message: expect.stringContaining('rows of runs refer to rows of tasks') as unknown,
  })
  expect(left).toEqual({ schema: NEWEST, tasks: 1 })
})
