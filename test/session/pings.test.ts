/** Pings of jobs: begin, end and exit status arrive in order, and whatever befalls them befalls no job. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import type { Schedule, ScheduledJob } from '../../src/domain/schedule.ts'
import { PING_SECRETS } from '../../src/integrations/pings/secrets.ts'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { openSandboxServer } from '../../src/sandbox/lib/server.ts'
import { PING_PATH } from '../../src/sandbox/watch/identity.ts'
import { WATCH_SERVICE } from '../../src/sandbox/watch/index.ts'
import { newHome } from '../cli/support/run.ts'
import { openService } from '../roles/support/opened.ts'
import { httpServer, rawServer, type Listening } from '../support/servers.ts'
import { CALL, realSession } from '../support/session.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { toys } from './support/toy-jobs.ts'

const MINUTE = 60_000
const WORLD = { fetch: lightFetch(), clock: realClock(), random: realRandom() }

/** Toys under the names of jobs that can be pinged. */
function place(env: Readonly<Record<string, string>>) {
  const there = toys()
  const { tidy, look, mind } = { ...there.schedule }
  if (tidy === undefined || look === undefined || mind === undefined) throw new Error('toys are missing')
  const schedule: Schedule = { replay: tidy, poll: look, operate: mind }
  const jobs = { schedule, operations: there.operations }
  const session = realSession({ stateDir: there.stateDir, env, clock: there.clock, jobs })
  onTestFinished(() => session.close())
  const open = () => {
    const other = realSession({ stateDir: there.stateDir, env, clock: there.clock, jobs })
    onTestFinished(() => other.close())
    return other
  }
  const run = async (name: string, by = session) => by.runJob({ name, slotMs: null, waitMs: 0 }, CALL)
  const proofs = async () =>
    (await there.store().proofs.list()).map(({ subject, outcome }) => `${subject} ${outcome}`)
  return { ...there, run, open, proofs }
}

const paths = ({ arrived }: Listening): string[] => arrived.map(({ method, url }) => `${method} ${url}`)
const taking = async (): Promise<Listening> => httpServer(response => response.end('OK'))

test('each job of the schedule that has a network has a secret of its own', () => {
  const jobs = Object.entries<ScheduledJob>(SCHEDULE).filter(([, { offline }]) => offline !== true)
  const wanted = jobs.map(([name]) => `PING_URL_${name.toUpperCase().replaceAll('-', '_')}`)
  expect(Object.keys(PING_SECRETS)).toEqual(expect.arrayContaining(wanted))
})

test('a run is told of when it begins and when it ended well; what was done before is not', async () => {
  const server = await taking()
  const { run, proofs } = place({ PING_URL_REPLAY: `${server.url}/uuid-1` })
  await run('replay')
  await run('replay')
  await run('poll')
  expect(paths(server)).toEqual(['POST /uuid-1/start', 'POST /uuid-1'])
  expect(await proofs()).toEqual(['ping replay proved'])
})

test('one address for all has the job as its last part, and keeps what is asked beside it', async () => {
  const server = await taking()
  const { run } = place({ PING_URL: `${server.url}/key/?create=1`, PING_URL_POLL: `${server.url}/own` })
  await run('replay')
  await run('poll')
  expect(paths(server)).toEqual([
    'POST /key/replay/start?create=1',
    'POST /key/replay?create=1',
    'POST /own/start',
    'POST /own',
  ])
})

test('a failure is told with its exit status; what is done all the same is a success', async () => {
  const server = await taking()
  const { run, next, clock } = place({ PING_URL: `${server.url}/k` })
  next.push(() => {
    throw new AppError('config', 'no key', 'set it')
  })
  await expect(run('replay')).rejects.toThrow('no key')
  next.push(() => ({ outcome: 'busy' }))
  await clock.advance(MINUTE)
  await run('replay')
  next.push(() => ({ outcome: 'partial' }))
  await clock.advance(MINUTE)
  await run('replay')
  next.push(() => ({ outcome: 'busy' }))
  await run('poll')
  const ends = paths(server).filter(path => !path.endsWith('/start'))
  expect(ends).toEqual(['POST /k/replay/78', 'POST /k/replay/75', 'POST /k/replay', 'POST /k/poll'])
})

test('a run that found nothing is told as a success, and of one that never began for another runs nothing is', async () => {
  const server = await taking()
  const { run, open, next, ran } = place({ PING_URL: `${server.url}/k` })
  next.push(() => ({ idle: true }))
  await run('poll')
  expect(paths(server)).toEqual(['POST /k/poll/start', 'POST /k/poll'])
  const { promise, resolve } = Promise.withResolvers<{}>()
  next.push(() => promise)
  const first = run('replay')
  while (!ran.includes('kitchen')) await new Promise(resolveSoon => setImmediate(resolveSoon))
  await expect(run('replay', open())).rejects.toMatchObject({ kind: 'busy' })
  resolve({})
  await first
  expect(paths(server).slice(2)).toEqual(['POST /k/replay/start', 'POST /k/replay'])
})

test('the end is told when the begin was taken, however long that takes', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = await httpServer((response, { url }) => {
    if (url?.endsWith('/start') === true) void promise.then(() => response.end('OK'))
    else response.end('OK')
  })
  const { run, ends } = place({ PING_URL_REPLAY: `${server.url}/r` })
  const running = run('replay')
  while ((await ends('replay'))[0] !== 'ok') await new Promise(soon => setImmediate(soon))
  await (await fetch(`${server.url}/other`)).text()
  resolve()
  await running
  expect(paths(server)).toEqual(['POST /r/start', 'GET /other', 'POST /r'])
})

test('a job that another one starts is told of too', async () => {
  const server = await taking()
  const { run, minded, clock } = place({ PING_URL_REPLAY: `${server.url}/m` })
  minded.asks = { name: 'replay', slotMs: clock.now() }
  await run('operate')
  expect(paths(server)).toEqual(['POST /m/start', 'POST /m'])
})

test.each([
  ['refuses', async () => httpServer(response => response.writeHead(404).end('not found'))],
  ['cuts', async () => rawServer(socket => socket.destroy())],
  ['talks of something else', async () => rawServer(socket => socket.end('hello\r\n\r\n'))],
])('a server that %s fails no job; doctor and operate hear of it', async (_, make) => {
  const server = await make()
  const { run, ran, proofs, ends } = place({ PING_URL: `${server.url}/k` })
  expect((await run('replay')).run?.outcome).toBe('ok')
  expect(ran).toEqual(['kitchen'])
  expect(await ends('replay')).toEqual(['ok'])
  expect(await proofs()).toEqual(['ping replay failed'])
})

test('a server that says nothing is waited for three seconds, once at the begin and once at the end', async () => {
  const silent = await rawServer(() => undefined)
  const { run, clock, ran } = place({ PING_URL: `${silent.url}/k` })
  const over = new AbortController()
  const running = run('replay').finally(() => over.abort())
  while (silent.connections() < 1 || ran.length === 0) await clock.advance(0)
  const beganMs = clock.now()
  while (!over.signal.aborted && clock.now() - beganMs < MINUTE) await clock.advance(100)
  expect((await running).run?.outcome).toBe('ok')
  expect(clock.now() - beganMs).toBeLessThan(15_000)
})

test.each(['nonsense', 'http://example.com/x', 'https://ana:pw@example.com/x'])(
  'an address that may not be used is a fault of the configuration, without it, and fails no job: %s',
  async address => {
    const opening = openService('pings', { world: WORLD, settings: {}, secrets: { PING_URL_POLL: address } })
    const error: unknown = await opening.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'config' })
    expect(String(error)).not.toContain(address)
    const { run, ran } = place({ PING_URL_POLL: address })
    expect((await run('poll')).run?.outcome).toBe('ok')
    expect(ran).toEqual(['look'])
  },
)

test('no address comes back in anything that is printed or kept', async () => {
  const echoing = await httpServer((response, request) =>
    response.writeHead(500).end(`no ${request.url ?? ''}`),
  )
  const home = newHome({
    PING_URL: `${echoing.url}/canary-of-pings`,
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  })
  const said: string[] = []
  for (const words of ['--job poll --verbose', 'doctor --no-spend', 'config show --origin', 'status']) {
    const { stdout, stderr } = await home.run(...words.split(' '))
    said.push(stdout + stderr)
  }
  expect(said.join('')).not.toContain('canary')
  expect(said[1]).toMatch(/failed +ping poll/)
  expect(echoing.arrived.length).toBeGreaterThan(1)
  const files = readdirSync(home.dir, { recursive: true, withFileTypes: true }).filter(file => file.isFile())
  for (const { parentPath, name } of files) {
    expect(readFileSync(join(parentPath, name)).includes('canary'), name).toBe(false)
  }
})

test('the stand-in shows which checks are up, which runs and which is down', async () => {
  const databaseFile = join(temporaryFolder(), 'watch.db')
  const server = await openSandboxServer({ definition: WATCH_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${String(server.port)}`
  const { run, next } = place({ PING_URL: `${url}${PING_PATH}` })
  await run('replay')
  next.push(() => {
    throw new AppError('store', 'full', 'make room')
  })
  await expect(run('poll')).rejects.toThrow('full')
  await fetch(`${url}${PING_PATH}/backup/start`)
  expect((await fetch(`${url}${PING_PATH}/backup/x`)).status).toBe(400)
  const page = await (await fetch(`${url}/`)).text()
  const text = page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
  expect(text).toMatch(
    /Checks .*replay · pinged \d+ s ago 2 pings up .*poll · .* down: 74 .*backup · .* 1 ping runs/,
  )
})
