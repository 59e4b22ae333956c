import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { SANDBOX_KEY } from '../../src/sandbox/openai/identity.ts'
import {
  resetSandbox,
  SANDBOX_SERVICES,
  SandboxError,
  startSandbox,
  type ChildExit,
  type Sandbox,
  type StartSandboxOptions,
} from '../../src/sandbox/index.ts'
import { generate, say } from './support/prompts.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { armedFaults, fetched, isJsonObject, isLedger, isObjectList, parsed } from './support/wire.ts'

/** Starts one stand-in, unless told which. */
async function started(options: Partial<StartSandboxOptions> = {}): Promise<Sandbox & { dir: string }> {
  const dir = options.dir ?? temporaryFolder()
  const sandbox = await startSandbox({
    basePort: 0,
    nodePath: process.execPath,
    services: ['openai'],
    ...options,
    dir,
  })
  onTestFinished(async () => sandbox.stop())
  return { ...sandbox, dir }
}

async function refused(options: Partial<StartSandboxOptions>): Promise<unknown> {
  return started(options).catch((error: unknown) => error)
}

function urlOf(sandbox: Sandbox): string {
  return sandbox.services[0]?.url ?? ''
}

async function ledgerRows(url: string): Promise<number> {
  return (await fetched(`${url}/__sandbox/ledger`, isLedger)).rows.length
}

async function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

test('its environment is all a program needs; state is kept over a restart and removed by a reset', async () => {
  const services = ['openai', 'notion'] as const
  const first = await started({ services })
  expect(Object.keys(first.env)).toEqual([
    'OPENAI_BASE_URL',
    'OPENAI_API_KEY',
    'NOTION_BASE_URL',
    'NOTION_TOKEN',
    'ECHOPILOT_NOTION_REQUESTS_PER_SECOND',
    'ECHOPILOT_NOTION_PARENT_PAGE',
  ])
  const openai = new OpenAI({
    baseURL: first.env['OPENAI_BASE_URL'],
    apiKey: first.env['OPENAI_API_KEY'],
    maxRetries: 0,
  })
  expect(await say(openai, generate('Bread costs 4 euros.'))).toContain('4 euros')
  await expect(resetSandbox(first.dir)).rejects.toMatchObject({ kind: 'in-use' })
  await first.stop()
  await first.stop()
  expect(await isUp(urlOf(first))).toBe(false)

  const second = await started({ services, dir: first.dir })
  expect(await ledgerRows(urlOf(second))).toBe(1)
  await second.stop()

  writeFileSync(join(first.dir, 'mine.txt'), 'kept')
  await resetSandbox(first.dir)
  expect(existsSync(join(first.dir, 'openai.db'))).toBe(false)
  expect(existsSync(join(first.dir, 'mine.txt'))).toBe(true)
  const third = await started({ services, dir: first.dir })
  expect(await ledgerRows(urlOf(third))).toBe(0)
})

test('a base port gives each service its fixed port', async () => {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const busy = await refused({ basePort: port, services: ['openai', 'notion'] })
  expect(busy).toBeInstanceOf(SandboxError)
  expect(busy).toMatchObject({ kind: 'port-busy' })
  expect(String(busy)).toContain(String(port))
  await new Promise(resolve => probe.close(resolve))
  const sandbox = await started({ basePort: port, services: ['openai'] })
  expect(sandbox.services).toEqual([{ name: 'openai', port, url: `http://127.0.0.1:${String(port)}` }])
})

test('a second sandbox on the same folder is refused', async () => {
  const { dir } = await started()
  expect(await refused({ dir })).toMatchObject({ kind: 'in-use' })
})

test('a Node that cannot be started is a clear error', async () => {
  const error = await refused({ nodePath: '/nonexistent/node' })
  expect(error).toMatchObject({ kind: 'failed' })
  expect(String(error)).toContain('openai')
})

test('resetting a folder that is not there, or a damaged database, just works', async () => {
  const dir = temporaryFolder()
  await resetSandbox(join(dir, 'nothing'))
  writeFileSync(join(dir, 'openai.db'), 'this is no database, and long enough to look at'.repeat(50))
  await resetSandbox(dir)
  expect(existsSync(join(dir, 'openai.db'))).toBe(false)
})

test('stopping cuts a hanging call', async () => {
  const sandbox = await started()
  const url = urlOf(sandbox)
  await fetch(`${url}/__sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify({ action: { type: 'hang' } }),
  })
  const hanging = fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${SANDBOX_KEY}` } }).catch(
    () => 'cut',
  )
  await expect.poll(async () => armedFaults(url)).toBe(0)
  await sandbox.stop()
  expect(await hanging).toBe('cut')
})

test('a stand-in that dies is reported', async () => {
  const { promise, resolve } = Promise.withResolvers<ChildExit>()
  const dir = temporaryFolder()
  const program = await parent(dir)
  program.kill('SIGKILL')
  await expect.poll(async () => isUp(program.url)).toBe(false)
  // The killed program's stand-in has let go of the folder: it can be used again at once.
  const sandbox = await started({ dir, onExit: resolve })
  const state = await fetched(`${urlOf(sandbox)}/__sandbox/state`, isJsonObject)
  const pid = Number(state['pid'])
  // 0 and 1 would be somebody else's.
  expect(pid).toBeGreaterThan(1)
  process.kill(pid, 'SIGKILL')
  expect(await promise).toMatchObject({ service: 'openai', signal: 'SIGKILL' })
})

test('no stand-in outlives the program that started it, not even after SIGKILL', async () => {
  const program = await parent(temporaryFolder())
  expect(await isUp(program.url)).toBe(true)
  program.kill('SIGKILL')
  await expect.poll(async () => isUp(program.url)).toBe(false)
})

test('the list of services is data with distinct offsets', () => {
  expect(new Set(SANDBOX_SERVICES.map(({ offset }) => offset)).size).toBe(SANDBOX_SERVICES.length)
  expect(SANDBOX_SERVICES[0].env('http://x')).toMatchObject({ OPENAI_BASE_URL: 'http://x/v1' })
})

interface Program {
  readonly url: string
  kill(signal: NodeJS.Signals): void
}

async function parent(dir: string): Promise<Program> {
  const script = fileURLToPath(new URL('./support/parent.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  for await (const line of createInterface({ input: child.stdout })) {
    const [service] = parsed(line, isObjectList)
    return { url: String(service?.['url']), kill: signal => void child.kill(signal) }
  }
  throw new Error('the program ended without a word')
}
