/**
 * An operation in a process that kills itself at a boundary: `node worker.ts <state folder> <number> [operation]`,
 * where the operation is `poll --drain` unless another is named; `job:NAME` is a job of the schedule, `send:TASK` mails a result, `report:PERIOD` the executive
 * report of one, and `refund:PAYMENT`
 * gives some of it back. With number 0 it lives to its end and prints the names of all boundaries it came by, as a JSON list.
 */
import { inspect } from 'node:util'
import type { AnyOperation } from '../../../src/operations/define.ts'
import { deliver } from '../../../src/operations/deliver.ts'
import { heartbeat } from '../../../src/operations/heartbeat.ts'
import { notionSync } from '../../../src/operations/notion/sync.ts'
import { operate } from '../../../src/operations/operate.ts'
import { paymentsScan } from '../../../src/operations/payments-scan.ts'
import { poll } from '../../../src/operations/poll.ts'
import { refund } from '../../../src/operations/refund.ts'
import { replay } from '../../../src/operations/replay.ts'
import { reportExecutive } from '../../../src/operations/report/executive.ts'
import { taskSend } from '../../../src/operations/task/send.ts'
import { CALL, realSession } from '../../support/session.ts'
import { boundedFetch, boundedStore } from './boundaries.ts'
import { SLOT_MS, TALLY_JOBS } from './tally.ts'

const [stateDir = '', killAt = '0', work = 'poll'] = process.argv.slice(2)
const names: string[] = []
const at = (name: string): void => {
  names.push(name)
  if (names.length === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}
const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
)
const session = realSession({
  stateDir,
  env,
  fetch: boundedFetch(at),
  wrapStore: store => boundedStore(store, at),
  jobs: TALLY_JOBS,
})
const works = new Map<string, readonly [AnyOperation, Readonly<Record<string, unknown>>]>([
  ['poll', [poll, { drain: true, concurrency: 1 }]],
  ['deliver', [deliver, {}]],
  ['heartbeat', [heartbeat, {}]],
  ['operate', [operate, {}]],
  ['payments-scan', [paymentsScan, {}]],
  ['replay', [replay, { concurrency: 1 }]],
  ['rebuild', [notionSync, { rebuild: true }]],
])
const [verb = '', of = ''] = work.split(/:(.*)/)
const OF_ONE = new Map<string, readonly [AnyOperation, Readonly<Record<string, unknown>>]>([
  ['send', [taskSend, { id: of }]],
  ['report', [reportExecutive, { period: of, send: true }]],
  ['refund', [refund, { payment: of, amount: '0.10', reason: 'a part was wrong' }]],
])
const [operation, input] = OF_ONE.get(verb) ?? works.get(work) ?? [poll, {}]
const done = work.startsWith('job:')
  ? session.runJob({ name: work.slice(4), slotMs: SLOT_MS, waitMs: 0 }, CALL)
  : session.run(operation, input, { ...CALL, confirmed: true })
done.then(
  () => {
    session.close()
    process.stdout.write(JSON.stringify(names))
  },
  (error: unknown) => {
    process.stderr.write(inspect(error))
    process.exitCode = 1
  },
)
