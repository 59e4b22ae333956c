/**
 * `poll --drain` in a process that kills itself at a boundary: `node worker.ts <state folder> <number>`. With
 * number 0 it lives to its end and prints the names of all boundaries it came by, as a JSON list.
 */
import { poll } from '../../../src/operations/poll.ts'
import { realSession } from '../../support/session.ts'
import { boundedFetch, boundedStore } from './boundaries.ts'

const [stateDir = '', killAt = '0'] = process.argv.slice(2)
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
})
await session.run(poll, { drain: true, concurrency: 1 }, { dryRun: false })
session.close()
process.stdout.write(JSON.stringify(names))
