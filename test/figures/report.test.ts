/** Every figure of a report against statements of this test, on random work. */
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { formatNanoUsd } from '../../src/domain/cost.ts'
import { readRate } from '../../src/domain/money.ts'
import { readPeriod } from '../../src/domain/period.ts'
import { reportFigures, type ReportFigures } from '../../src/figures/report.ts'
import { testStore } from '../support/store.ts'
import { fillWithWork } from './support/random-work.ts'

const DAY_MS = 86_400_000
const RATE = 1.1
const RATES = ['2020-01-01 EUR 1.1'].flatMap(text => readRate(text) ?? [])
const SCHEDULE = {
  operate: { operation: 'operate', input: {}, on: { everyMinutes: 5 }, catchUp: false },
} as const

type Row = Readonly<Record<string, number | string | null>>

/** The same day of a store of random work: its figures, and a way to ask the file itself. */
async function dayOf(seed: number, period = '2026-11-29') {
  const files = testStore()
  const nowMs = Date.parse('2026-12-01T06:55:00Z')
  fillWithWork(files.path, seed, nowMs)
  const asked = readPeriod(period) ?? { fromMs: 0, toMs: 0 }
  const db = new Database(files.path)
  onTestFinished(() => void db.close())
  const rows = (sql: string): Row[] => db.prepare<[Row], Row>(sql).all({ from: asked.fromMs, to: asked.toMs })
  const one = (sql: string): number => Number(Object.values(rows(sql)[0] ?? {})[0])
  const of = { period: asked, rates: RATES, schedule: SCHEDULE, nowMs, commit: 'c0ffee' }
  const figures = await reportFigures(files.open('reader'), { kind: 'executive', ...of })
  return { figures, rows, one, ...asked }
}

const SEEDS = [1, 2, 3, 4, 5]
const PERIODS = ['2026-11-29', '2026-11-23..2026-11-29', '2026-11']

const IN = (column: string): string => `${column} >= :from AND ${column} < :to AND :to > 0`

test.each(SEEDS.flatMap(seed => PERIODS.map(period => [seed, period] as const)))(
  'work and AI cost, seed %i, %s',
  async (seed, period) => {
    const {
      figures: { work },
      one,
      rows,
    } = await dayOf(seed, period)
    const done = one(`SELECT COUNT(*) FROM runs WHERE state = 'done' AND ${IN('ended_ms')}`)
    const failed = one(`SELECT COUNT(*) FROM runs WHERE state = 'failed_final' AND ${IN('ended_ms')}`)
    const scores =
      rows(`SELECT score FROM runs WHERE score IS NOT NULL AND ((state = 'done' AND ${IN('ended_ms')})
      OR (state = 'waiting_human' AND ${IN('created_ms')}))`).map(({ score }) => Number(score))
    expect(done).toBeGreaterThan(0)
    expect(work).toMatchObject({
      done,
      failed,
      judged: scores.length,
      low: scores.filter(score => score < 80).length,
      averageScore: Math.round((scores.reduce((sum, score) => sum + score, 0) / scores.length) * 10) / 10,
      costUsd: formatNanoUsd(
        one(`SELECT COALESCE(SUM(cost_nano), 0) FROM calls
        WHERE day >= date(:from / 1000, 'unixepoch') AND day < date(:to / 1000, 'unixepoch')`),
      ),
    })
    expect(work.successPercent).toBeCloseTo((done / (done + failed)) * 100, 1)
  },
)

/** What was billed and stands, in nano-dollars. */
function grossNano(rows: readonly Row[]): number {
  return rows.reduce((sum, { usd_nano, currency, amount_minor }) => {
    const nano = Number(amount_minor) * (currency === 'USD' ? 10_000_000 : RATE * 10_000_000)
    return sum + (usd_nano === null ? Math.round(nano) : Number(usd_nano))
  }, 0)
}

test.each(SEEDS)('money, clients and what is unpaid, seed %i', async seed => {
  const { figures, rows } = await dayOf(seed, '2026-11')
  const bills = rows(`SELECT b.*, c.name FROM bills b JOIN clients c ON c.id = b.client_id
    WHERE b.state NOT IN ('cancelled', 'refunded') AND ${IN('b.created_ms')}`)
  expect(figures.money.total.grossUsd).toBe(formatNanoUsd(grossNano(bills)))
  expect(figures.work.grossUsd).toBe(formatNanoUsd(grossNano(bills)))
  const byClient = Object.fromEntries(
    [...Map.groupBy(bills, ({ name }) => String(name))].map(([name, own]) => [
      name,
      formatNanoUsd(grossNano(own)),
    ]),
  )
  expect(Object.fromEntries(figures.money.topClients.map(({ name, grossUsd }) => [name, grossUsd]))).toEqual(
    byClient,
  )
  const gross = figures.money.topClients.map(({ grossUsd }) => Number(grossUsd))
  expect(gross).toEqual(gross.toSorted((a, b) => b - a))
  const unpaid =
    rows(`SELECT currency, COUNT(*) AS bills, SUM(amount_minor) AS minor, MIN(created_ms) AS oldest FROM bills
    WHERE state = 'unpaid' AND :from < :to GROUP BY currency ORDER BY currency`)
  expect(figures.unpaid).toEqual(
    unpaid.map(({ currency, bills: count, minor, oldest }) => ({
      amount: `${(Number(minor) / 100).toFixed(2)} ${String(currency)}`,
      bills: count,
      oldest: new Date(Number(oldest)).toISOString(),
    })),
  )
})

test.each(SEEDS)('the trend is that of its days, and these of the rows, seed %i', async seed => {
  const {
    figures: { trend, work },
    rows,
    toMs,
  } = await dayOf(seed, '2026-11-29')
  expect(trend.days.map(({ day }) => day)).toEqual(
    Array.from({ length: 30 }, (_, at) => new Date(toMs - (30 - at) * DAY_MS).toISOString().slice(0, 10)),
  )
  const perDay = rows(`SELECT date(ended_ms / 1000, 'unixepoch') AS day, COUNT(*) AS done FROM runs
    WHERE state = 'done' AND :from < :to GROUP BY 1`)
  const doneOn = new Map(perDay.map(({ day, done }) => [day, Number(done)]))
  expect(trend.days.map(({ done }) => done)).toEqual(trend.days.map(({ day }) => doneOn.get(day) ?? 0))
  const sum = (days: ReportFigures['trend']['days']): number =>
    days.reduce((total, { done }) => total + done, 0)
  expect(trend.last30.done).toBe(sum(trend.days))
  expect(trend.last7.done).toBe(sum(trend.days.slice(-7)))
  expect(trend.days.at(-1)).toMatchObject(work)
})

/** By counting: the first value that at least 95 of 100 do not exceed. */
function p95(values: readonly number[]): number | null {
  const enough = values.filter(
    value => values.filter(other => other <= value).length * 100 >= 95 * values.length,
  )
  return enough.length === 0 ? null : Math.min(...enough)
}

test.each(SEEDS)('p95 of each time against an independent count, seed %i', async seed => {
  const { figures, rows } = await dayOf(seed, '2026-11-23..2026-11-29')
  const done = `r.state = 'done' AND ${IN('r.ended_ms')}`
  const times = (sql: string): number[] => rows(sql).map(({ ms }) => Number(ms))
  const stage = (name: string): number[] =>
    times(
      `SELECT c.ended_ms - c.started_ms AS ms FROM calls c, runs r WHERE c.run_id = r.id AND ${done} AND c.stage = '${name}'`,
    )
  const expected = {
    total: times(`SELECT r.ended_ms - r.started_ms AS ms FROM runs r WHERE ${done}`),
    wait: times(`SELECT r.started_ms - r.created_ms AS ms FROM runs r WHERE ${done}`),
    generate: stage('generate'),
    judge: stage('judge'),
    revise: stage('revise'),
  }
  expect(expected.total.length).toBeGreaterThan(20)
  expect(figures.times).toEqual(
    Object.entries(expected).map(([of, values]) => ({ of, count: values.length, p95Ms: p95(values) })),
  )
})

test.each(SEEDS)('uptime is the share of slots that a run has done, seed %i', async seed => {
  const { figures, one } = await dayOf(seed)
  const met = one(`SELECT COUNT(DISTINCT slot_ms) FROM operation_records WHERE job = 'operate'
    AND outcome IN ('ok', 'partial') AND ${IN('slot_ms')}`)
  expect(figures.slots).toEqual([
    { job: 'operate', due: 288, met, percent: Math.round((met / 288) * 1000) / 10 },
  ])
  expect(figures.uptime).toMatchObject({ due: 288, met })
})

test('slots are due from the first that a run was begun for', async () => {
  const { figures, one } = await dayOf(2, '2026-11-28')
  const first = one(`SELECT MIN(slot_ms) FROM operation_records WHERE :from < :to`)
  const due = (Date.parse('2026-11-29') - first) / 300_000
  expect(due).toBeLessThan(288)
  expect(figures.slots).toMatchObject([{ job: 'operate', due }])
})

test('where nothing was done nothing is said to be 0', async () => {
  const { figures } = await dayOf(1, '2020-01-01')
  expect(figures.work).toMatchObject({ done: 0, successPercent: null, averageScore: null })
  expect(figures.times.map(({ p95Ms }) => p95Ms)).toEqual([null, null, null, null, null])
  expect(figures.uptime).toEqual({ due: 0, met: 0, percent: null })
  expect(figures.money.total).toMatchObject({ marginPercent: null, costPerAcceptedUsd: null })
})
