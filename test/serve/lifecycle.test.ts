/** `serve` from its start to its end, whatever that is: what was answered with 200 is in the store. */
import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PACKED, startChild, type Running } from '../support/child.ts'
import { temporaryFolder } from '../support/temporary.ts'
import type { Home } from '../cli/support/run.ts'
import { anEvent, type SignedEvent } from './support/events.ts'
import { HAS_PERL, notificationPrinter, socketHolder } from './support/service-manager.ts'
import { eachOf, fileOf, send, sendEvent, serve, shop, storedEvents } from './support/serve.ts'

function notProved(what: string): void {
  process.stderr.write(`not proved: ${what}\n`)
}

/** Each event once. */
function numbered(): () => SignedEvent {
  let number = 0
  return () => anEvent((number += 1))
}

test('killed under load: every event that was answered with 200 is stored', async () => {
  const home = shop()
  const { port, child, ended } = await serve(home)
  const other = new Database(fileOf(home))
  onTestFinished(() => void other.close())
  /** While its next commit waits: what was answered before it would be lost. */
  const killInCommit = async (): Promise<void> => {
    other.exec('BEGIN IMMEDIATE')
    await send(port, { path: '/health/live', method: 'GET' })
    child.kill('SIGKILL')
    killed.resolve()
  }
  const next = numbered()
  const answered: string[] = []
  const killed = Promise.withResolvers<void>()
  let isGone = false
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  await eachOf(
    30,
    () => (isGone ? null : next()),
    async event => {
      try {
        const { status } = await sendEvent(port, event, agent)
        if (status === 200) answered.push(event.id)
        if (answered.length === 1_000) void killInCommit()
      } catch {
        isGone = true
      }
    },
  )
  await killed.promise
  expect(await ended).toMatchObject({ signal: 'SIGKILL' })
  expect(answered.length).toBeGreaterThanOrEqual(1_000)
  const stored = new Set(storedEvents(home))
  expect(answered.filter(id => !stored.has(id))).toEqual([])
})

test('told to end: what is asked is answered, and the connection is said to end', async () => {
  const home = shop()
  const running = await serve(home)
  const { port, child, ended } = running
  const { id, body, signature } = anEvent(1)
  const head = `POST /webhook/stripe HTTP/1.1\r\nHost: a\r\nStripe-Signature: ${signature}\r\nContent-Length: ${body.length}\r\n\r\n`
  const half = body.length / 2
  const socket = connect(port, '127.0.0.1', () => socket.write(head + body.slice(0, half)))
  let said = ''
  socket.on('data', chunk => (said += chunk.toString('latin1')))
  const closed = new Promise(resolve => socket.on('close', resolve))
  // It was accepted before the signal: what is asked on another connection is answered.
  expect(await send(port, { path: '/health/live', method: 'GET' })).toMatchObject({ status: 200 })
  child.kill('SIGTERM')
  await running.errors(/told to stop/)
  socket.write(body.slice(half))
  await closed
  expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(said.toLowerCase()).toContain('\r\nconnection: close\r\n')
  expect(storedEvents(home)).toEqual([id])
  expect(await ended).toMatchObject({ code: 143 })
  await expect(send(port, { path: '/health/live', method: 'GET' })).rejects.toThrow('ECONNREFUSED')
})

/** Holds a socket for one process after the other. */
async function holder(home: Home): Promise<Running & { port: number; startNext: () => Promise<number> }> {
  const command = socketHolder([process.execPath, PACKED, 'serve', '--json'])
  const running = startChild(command, { env: { PATH: '/usr/bin:/bin', ...home.env }, keepInput: true })
  const port = Number(/\d+/.exec(await running.output(/port \d+\n/))?.[0])
  let started = 0
  return {
    ...running,
    port,
    startNext: async () => {
      started += 1
      running.child.stdin?.write('start\n')
      const said = await running.output(
        new RegExp(String.raw`(?:started \d+\n[^]*?"address"[^]*?){${String(started)}}`),
      )
      return Number([...said.matchAll(/started (\d+)/g)].at(-1)?.[1])
    },
  }
}

test('started anew on an inherited socket under load: no request is lost', async () => {
  if (!HAS_PERL) return notProved('a restart on an inherited socket: no perl')
  const home = shop()
  const holding = await holder(home)
  const { port } = holding
  let pid = await holding.startNext()
  onTestFinished(() => void kill(pid))
  const next = numbered()
  const answered: string[] = []
  let isOver = false
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  let clients = 0
  const load = eachOf(
    24,
    () => (isOver ? null : next()),
    async event => {
      clients += 1
      const reply = await sendEvent(port, event, clients % 2 === 0 ? agent : undefined)
      expect(reply.status).toBe(200)
      answered.push(event.id)
    },
  )
  for (let restarts = 1; restarts <= 3; restarts += 1) {
    const before = answered.length
    await expect.poll(() => answered.length).toBeGreaterThan(before + 200)
    kill(pid)
    await holding.errors(new RegExp(String.raw`(?:told to stop[^]*?){${String(restarts)}}`))
    pid = await holding.startNext()
  }
  const before = answered.length
  await expect.poll(() => answered.length).toBeGreaterThan(before + 200)
  isOver = true
  await load
  expect(storedEvents(home)).toEqual(answered.toSorted())
})

function kill(pid: number): boolean {
  return process.kill(pid, 'SIGTERM')
}

test('systemd is told when it is ready, that it lives, and that it ends', async () => {
  if (!HAS_PERL || !existsSync('/usr/bin/systemd-notify')) {
    return notProved('messages to systemd: no perl or no systemd-notify')
  }
  const socket = join(temporaryFolder(), 'notify')
  const receiver = startChild(notificationPrinter(socket))
  await receiver.output(/bound/)
  const { child, ended } = await serve(shop(), { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' })
  await receiver.output(/READY=1[^]*WATCHDOG=1[^]*WATCHDOG=1/)
  child.kill('SIGTERM')
  await receiver.output(/STOPPING=1/)
  expect(await ended).toMatchObject({ code: 143 })
})

test('a store that another process holds: the service is told to come again soon', async () => {
  const home = shop()
  const running = await serve(home)
  const { port } = running
  const other = new Database(fileOf(home))
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  const { status, headers } = await sendEvent(port, anEvent(1))
  expect([status, headers['retry-after']]).toEqual([503, '5'])
  await running.errors(/webhooks were not stored, and are to be sent again: .* is locked by another process/)
  other.exec('COMMIT')
  expect(await sendEvent(port, anEvent(1))).toMatchObject({ status: 200 })
  expect(storedEvents(home)).toEqual(['evt_00000001'])
})

test('a full disk: what cannot be stored is not taken, and nothing is lost', async () => {
  const folder = temporaryFolder()
  if (!mounted(folder)) return notProved('webhooks on a full disk: no right to mount')
  const home = shop({ ECHOPILOT_STATE_DIR: folder })
  const there = { ...home, stateDir: folder }
  const { port } = await serve(home)
  const ballast = join(folder, 'ballast')
  writeFileSync(ballast, Buffer.alloc(1_000_000))
  const next = numbered()
  const answered: string[] = []
  let event = next()
  let reply = await sendEvent(port, event)
  for (; reply.status === 200; reply = await sendEvent(port, event)) {
    answered.push(event.id)
    event = next()
  }
  expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5'])
  expect(answered.length).toBeGreaterThan(10)
  expect(await send(port, { path: '/health/live', method: 'GET' })).toMatchObject({ status: 200 })
  rmSync(ballast)
  expect(await sendEvent(port, event)).toMatchObject({ status: 200 })
  expect(storedEvents(there)).toEqual([...answered, event.id])
})

function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'echopilot-test', folder], { stdio: 'ignore' })
  } catch {
    return false
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }))
  return true
}
