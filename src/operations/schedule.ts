import type { Schedule } from '../domain/schedule.ts'

/**
 * What runs when (SPEC §6): the one list that timers, `--job`, `jobs`, `status`, the check for missed slots and the
 * README read. It loads no operation.
 */
export const SCHEDULE = {
  // Another one comes within the minute, and takes what this one left.
  poll: {
    operation: 'poll',
    input: { drain: true },
    on: { everyMinutes: 1 },
    catchUp: false,
    busyIsDone: true,
    endless: true,
  },
  operate: {
    operation: 'operate',
    input: {},
    on: { everyMinutes: 5 },
    catchUp: false,
    busyIsDone: true,
  },
  'payments-scan': {
    operation: 'payments-scan',
    input: {},
    on: { everyMinutes: 15 },
    catchUp: false,
    busyIsDone: true,
  },
  heartbeat: { operation: 'heartbeat', input: {}, on: { everyMinutes: 60 }, catchUp: true },
  replay: { operation: 'replay', input: {}, on: { dailyAt: '02:20' }, catchUp: true },
  'report-supervisor': {
    operation: 'report supervisor',
    input: { send: true },
    on: { dailyAt: '06:45' },
    catchUp: true,
  },
  'report-executive': {
    operation: 'report executive',
    input: { send: true },
    on: { dailyAt: '06:55' },
    catchUp: true,
  },
  maintain: {
    operation: 'maintain',
    input: {},
    on: { weeklyOn: 'Sunday', at: '03:00' },
    catchUp: true,
    offline: true,
  },
  'report-weekly': {
    operation: 'report weekly',
    input: { send: true },
    on: { weeklyOn: 'Monday', at: '07:00' },
    catchUp: true,
  },
} as const satisfies Schedule
