/** A month of work as it may lie in a store, written past all of the program's code. */
import Database from 'better-sqlite3'
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'

const DAY_MS = 86_400_000

/** Fills a store with random runs, calls, bills and records of jobs of the forty days up to an instant. */
export function fillWithWork(path: string, seed: number, endMs: number, runs = 400): void {
  const random = seededRandom(seed)
  const below = (limit: number): number => Number(`0x${Buffer.from(random.bytes(4)).toString('hex')}`) % limit
  const pick = <T>(...from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0]
  const db = new Database(path)
  db.pragma('foreign_keys = ON')
  const insert = (table: string, row: Readonly<Record<string, unknown>>): void => {
    const names = Object.keys(row)
    db.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(name => `:${name}`).join(', ')})`,
    ).run(row)
  }
  const spend = db.prepare(
    `INSERT INTO spend (scope, key, nano) VALUES ('day', :day, :nano) ON CONFLICT DO UPDATE SET nano = nano + excluded.nano`,
  )
  db.transaction(() => {
    for (const name of ['Acme', 'Bolt', 'Cato']) {
      insert('clients', { id: `cli_${name}`, source: 'local', name, active: 1, created_ms: 1, read_ms: 1 })
    }
    for (let number = 0; number < runs; number += 1) {
      const id = String(number).padStart(5, '0')
      const createdMs = endMs - below(40 * DAY_MS)
      const startedMs = createdMs + below(100_000)
      const endedMs = startedMs + below(pick(900, 90_000, 9_000_000))
      const state = pick('done', 'done', 'done', 'failed_final', 'waiting_human', 'cancelled')
      const client = pick('Acme', 'Bolt', 'Cato')
      insert('tasks', {
        id: `task_${id}`,
        source: 'local',
        title: `Task ${id}`,
        brief: 'x',
        type: pick('Research', 'Drafting'),
        client,
        client_id: `cli_${client}`,
        priority: 1,
        created_ms: createdMs,
      })
      insert('runs', {
        id: `run_${id}`,
        task_id: `task_${id}`,
        number: 1,
        cause: 'asked',
        state,
        next_stage: null,
        priority: 1,
        brief_digest: 'x',
        threshold: 80,
        band: 2,
        revisions: 1,
        attempt: 1,
        not_before_ms: 0,
        claim_no: 1,
        score: pick(null, 60 + below(41), 60 + below(41) + 0.5),
        program_commit: 'x',
        created_ms: createdMs,
        started_ms: startedMs,
        ended_ms: state === 'waiting_human' ? null : endedMs,
      })
      for (const stage of ['generate', 'judge', pick('judge', 'revise')]) {
        const callMs = startedMs + below(1000)
        const day = new Date(callMs).toISOString().slice(0, 10)
        const nano = below(9_000_000)
        insert('calls', {
          id: `call_${id}_${String(below(1_000_000_000))}`,
          run_id: `run_${id}`,
          attempt: 1,
          claim_no: 1,
          owner: 'x',
          stage,
          service: 's',
          model: 'm',
          certainty: 'metered',
          cost_nano: nano,
          reserved_nano: nano,
          price_basis: 'table',
          price_version: '1',
          prompt_digest: 'x',
          day,
          started_ms: callMs,
          ended_ms: callMs + below(60_000),
        })
        spend.run({ day, nano })
      }
      if (state === 'done' && below(4) > 0) {
        const minor = below(90_000)
        const currency = pick('USD', 'EUR')
        insert('bills', {
          id: `bill_${id}`,
          task_id: `task_${id}`,
          number: 1,
          run_id: `run_${id}`,
          client_id: `cli_${client}`,
          state: pick('unpaid', 'unpaid', 'cancelled', 'paid', 'refunded'),
          basis: 'row',
          currency,
          amount_minor: minor,
          price_minor: minor,
          why: 'x',
          usd_nano: pick(null, minor * 10_000_000),
          created_ms: endedMs,
          changed_ms: endedMs,
        })
      }
    }
    for (let slotMs = endMs - 3 * DAY_MS; slotMs < endMs; slotMs += 300_000) {
      if (below(10) === 0) continue
      insert('operation_records', {
        id: `rec_${String(slotMs)}`,
        operation: 'operate',
        actor: 'x',
        owner: 'x',
        started_ms: slotMs,
        ended_ms: slotMs + 1,
        outcome: pick('ok', 'partial', 'failed'),
        program_commit: 'x',
        job: 'operate',
        slot_ms: slotMs,
      })
    }
  })()
  db.close()
}
