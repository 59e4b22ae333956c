/**
 * `poll --drain` in a process that kills itself at a boundary: `node worker.ts <state folder> <number>`. With
 * number 0 it lives to its end and prints the names of all boundaries it came by, as a JSON list.
 */
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import { poll } from '../../../src/operations/poll.ts'
import { boundedStore, type AtBoundary } from '../../crash/support/boundaries.ts'
import { realSession } from '../../support/session.ts'

/** A boundary before each request leaves and one after its whole answer has arrived, named by what it asks for. */
function namedFetch(at: AtBoundary): typeof globalThis.fetch {
  const fetch = lightFetch()
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    const name = `${init?.method?.toUpperCase() ?? 'GET'} ${pathname.replaceAll(/[0-9a-f-]{36}/g, ':id')}`
    at(`before ${name}`)
    const answer = await fetch(input, init)
    const body = await answer.arrayBuffer()
    at(`after ${name}`)
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}

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
  fetch: namedFetch(at),
  wrapStore: store => boundedStore(store, at),
})
await session.run(poll, { drain: true, concurrency: 1 }, { dryRun: false })
session.close()
process.stdout.write(JSON.stringify(names))
