import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CAP_SETTINGS, findBreach, spendKeys, utcDay, type Caps } from '../../src/domain/budget.ts'

const CAPS: Caps = { taskNano: 10, clientMonthNano: 20, dayNano: 30, monthNano: 40 }
const SUBJECT = { taskId: 'task_1', client: 'Acme', day: '2026-11-25' }

test('a call counts towards its task, its client in the month, the day and the month', () => {
  expect(spendKeys(SUBJECT)).toEqual([
    { scope: 'task', key: 'task_1' },
    { scope: 'client_month', key: '2026-11 Acme' },
    { scope: 'day', key: '2026-11-25' },
    { scope: 'month', key: '2026-11' },
  ])
  expect(spendKeys({ ...SUBJECT, client: null }).map(({ scope }) => scope)).toEqual(['task', 'day', 'month'])
})

test('each scope has its cap, and the setting that raises it', () => {
  const scopes = spendKeys(SUBJECT).map(({ scope }) => scope)
  const breaches = scopes.map(scope => findBreach([{ scope, nano: 50 }], 0, CAPS))
  expect(breaches.map(breach => breach?.capNano)).toEqual([10, 20, 30, 40])
  expect(scopes.map(scope => CAP_SETTINGS[scope])).toEqual([
    'budget.task_usd',
    'budget.client_month_usd',
    'budget.day_usd',
    'budget.month_usd',
  ])
})

test.each([
  { what: 'room', spent: 5, need: 4, breach: null },
  { what: 'exactly reached', spent: 5, need: 5, breach: null },
  { what: 'over by one', spent: 5, need: 6, breach: { scope: 'task', capNano: 10, spentNano: 5 } },
  {
    what: 'over already, and free',
    spent: 11,
    need: 0,
    breach: { scope: 'task', capNano: 10, spentNano: 11 },
  },
])('$what', ({ spent, need, breach }) => {
  expect(findBreach([{ scope: 'task', nano: spent }], need, CAPS)).toEqual(breach)
})

test('the first cap that would break is named; without caps none does', () => {
  const spent = [
    { scope: 'task', nano: 0 },
    { scope: 'day', nano: 29 },
    { scope: 'month', nano: 40 },
  ] as const
  expect(findBreach(spent, 5, CAPS)).toMatchObject({ scope: 'day' })
  const none: Caps = { taskNano: null, clientMonthNano: null, dayNano: null, monthNano: null }
  expect(findBreach(spent, Number.MAX_SAFE_INTEGER, none)).toBeNull()
})

test('days are UTC, whatever the zone of the machine', () => {
  expect(utcDay(Date.parse('2026-11-25T23:59:59.999Z'))).toBe('2026-11-25')
  expect(utcDay(Date.parse('2026-11-26T00:00:00Z'))).toBe('2026-11-26')
  expect(new Date(Date.parse('2026-11-25T12:00:00Z')).getDate()).toBe(26)
})

test('a call is let through exactly where no cap would be exceeded', () => {
  const nano = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(nano, nano, fc.option(nano), fc.option(nano), nano, (task, day, taskCap, dayCap, need) => {
      const caps: Caps = { taskNano: taskCap, clientMonthNano: null, dayNano: dayCap, monthNano: null }
      const spent = [
        { scope: 'task', nano: task },
        { scope: 'day', nano: day },
      ] as const
      const fits = (taskCap === null || task + need <= taskCap) && (dayCap === null || day + need <= dayCap)
      expect(findBreach(spent, need, caps) === null).toBe(fits)
    }),
    { seed: 20_261_125 },
  )
})
