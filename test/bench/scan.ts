import Database from 'better-sqlite3'
import { join } from 'node:path'
import { Stripe } from 'stripe'
import { z } from 'zod'
import { echopilot, type Bench, type Section } from './support/bench.ts'
import { openOffice, type Office } from './support/office.ts'
import { interleaved, medianOf } from './support/rounds.ts'
import { metered, timed, type Metered } from './support/run.ts'
import { duration, megabytes, type Row } from './support/table.ts'

const ROUNDS = 3
const DAY_MS = 86_400_000
/** The fewer say what of the memory grows with the payments. */
const PAYMENTS = [10_000, 100_000] as const

/** What it costs to hold all that Stripe lists against the books. */
export const SCAN: Section = {
  name: 'scan',
  title: 'a scan of paid payments that are in the books, against the bare SDK',
  run: async bench => {
    const rows: Row[] = []
    let before: number | null = null
    for (const count of PAYMENTS) {
      const { scanMs, bareMs, peakMb, barePeakMb } = await measure(bench, count)
      const name = `${String(count)} payments`
      const ratio = scanMs / bareMs
      rows.push(
        { figure: `SDK, ${name}`, measured: `${duration(bareMs)}, ${megabytes(barePeakMb)}` },
        {
          figure: `payments-scan, ${name}`,
          measured: duration(scanMs),
          ratio,
          ...(before === null ? {} : { goal: { name: 'scan', figure: ratio } }),
        },
        {
          figure: `payments-scan, ${name}, most memory`,
          measured: megabytes(peakMb),
          ...(before === null
            ? {}
            : { ratio: peakMb / before, goal: { name: 'flatMemory', figure: peakMb / before } }),
        },
      )
      before = peakMb
    }
    return rows
  },
}

interface Measured {
  readonly scanMs: number
  readonly bareMs: number
  readonly peakMb: number
  readonly barePeakMb: number
}

const Scanned = z.object({ compared: z.number(), changed: z.array(z.string()).length(0) })

async function measure(bench: Bench, count: number): Promise<Measured> {
  const office = await openOffice(bench, join(bench.folder, String(count)))
  try {
    const env = office.localEnv
    const scan = echopilot(bench, ['payments-scan', '--since', '40d', '--json'], env)
    // It binds the store to the account.
    await timed(scan)
    bench.say(`${String(count)} payments are made, and taken into the books …`)
    await fill(office, count)
    const since = String(Math.floor((Date.now() - 40 * DAY_MS) / 1000))
    const bare = { words: [bench.packed.script('page-payments'), since], env }
    const samples = await interleaved(
      {
        bare: async () => whole(await metered(bench.packed, bare), count, Number),
        scan: async () =>
          whole(await metered(bench.packed, scan), count, said => Scanned.parse(JSON.parse(said)).compared),
      },
      { rounds: ROUNDS },
    )
    return {
      scanMs: medianOf(samples.scan, ({ ms }) => ms),
      bareMs: medianOf(samples.bare, ({ ms }) => ms),
      peakMb: medianOf(samples.scan, ({ peakMb }) => peakMb),
      barePeakMb: medianOf(samples.bare, ({ peakMb }) => peakMb),
    }
  } finally {
    await office.stop()
  }
}

/** @throws Error where it did not see all: then nothing was measured */
function whole(run: Metered, count: number, seen: (stdout: string) => number): Metered {
  if (seen(run.stdout) !== count) throw new Error(`not all of ${String(count)} were seen: ${run.stdout}`)
  return run
}

/**
 * The payments of a month at Stripe, and their rows in the books: as paid at bills that nothing is wrong with, of which a
 * scan reads no more than this.
 */
async function fill({ localEnv: env }: Office, count: number): Promise<void> {
  const url = env['STRIPE_BASE_URL'] ?? ''
  const given = JSON.stringify({ count: String(count) })
  const answer = await fetch(`${url}/__sandbox/stripe/seed`, { method: 'POST', body: given })
  if (!answer.ok) throw new Error(await answer.text())
  const { hostname: host, port } = new URL(url)
  const sdk = new Stripe(env['STRIPE_SECRET_KEY'] ?? '', { protocol: 'http', host, port, telemetry: false })
  const db = new Database(join(env['ECHOPILOT_STATE_DIR'] ?? '', 'echopilot.db'))
  // The store belongs to the account since before all of them.
  db.prepare(`UPDATE accounts SET since_ms = ? WHERE service = 'stripe'`).run(Date.now() - 60 * DAY_MS)
  const insert = db.prepare(
    `INSERT INTO payments (id, service, outside_id, livemode, currency, amount_minor, state, seen_by, paid_ms,
       recorded_ms, checked_ms) VALUES (?, 'stripe', ?, 0, 'USD', 1000, 'paid', 'scan', ?, ?, ?)`,
  )
  db.exec('BEGIN')
  let number = 0
  await sdk.paymentIntents.list({ limit: 100 }).autoPagingEach(({ id, created }) => {
    number += 1
    const atMs = created * 1000
    insert.run(`pay_${String(number).padStart(26, '0')}`, id, atMs, atMs, atMs)
  })
  db.exec('COMMIT')
  db.close()
}
