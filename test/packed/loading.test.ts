/** What the installed program loads: no SDK, and nothing else that is slow, unless the command needs it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { SERVICES } from '../../src/integrations/index.ts'
import { OPERATIONS } from '../../src/operations/index.ts'
import { spawn } from '../cli/support/run.ts'
import { BRIEF, sandboxHome } from '../cli/support/sandbox.ts'

const PACKED = inject('packed')

/** Texts that stand in one chunk of the bundle each: the one that holds the SDK. */
const SDKS = {
  openai: chunkWith('X-Stainless-Lang'),
  notion: chunkWith('notionhq-client/'),
  stripe: chunkWith('stripe-node-retry-'),
  commander: chunkWith('commander.helpDisplayed'),
  pdf: chunkWith('CIDToGIDMap'),
  colours: chunkWith('The `level` should be an integer'),
} as const

/**
 * The code that connects a service, for each that has a chunk of its own: the others are so small that they lie with
 * the list. One that gets too large for that, or is new, has to be named here.
 */
const CONNECTING = {
  openai: 'openModels',
  notion: 'openNotion',
  stripe: 'openStripe',
  paypal: 'openPayPal',
  google: 'openGoogle',
  smtp: 'openSmtp',
  mail_folder: 'openMailFolder',
  file_folder: 'openFileFolder',
} as const
const LISTED: readonly string[] = ['journal', 'webhook', 'telegram', 'pings']

/** Parts of Node that take long to load, by the names that it gives its own modules. */
const SLOW = { fetch: 'internal/deps/undici/undici', crypto: 'crypto' } as const

/** All of these services have a credential: what is not loaded is not for want of one. */
const TOKEN = {
  NOTION_TOKEN: 'ntn_none',
  NOTION_BASE_URL: 'http://127.0.0.1:9',
  STRIPE_SECRET_KEY: 'sk_test_none',
  STRIPE_BASE_URL: 'http://127.0.0.1:9',
}

/** Tells on its way out what was loaded: files, and modules of Node. */
const HOOK = `const { writeFileSync } = require('node:fs')
process.on('exit', () => {
  const node = process.moduleLoadList.filter(name => name.startsWith('NativeModule ')).map(name => name.slice(13))
  writeFileSync(process.env.LOADED, JSON.stringify([...Object.keys(require.cache), ...node]))
})`

const CONNECTORS = Object.entries(CONNECTING).map(
  ([service, name]) => [service, chunkWith(`function ${name}(`)] as const,
)

function chunkWith(text: string): string {
  const lib = join(PACKED, 'lib')
  const found = readdirSync(lib).filter(
    name => name.endsWith('.js') && readFileSync(join(lib, name), 'utf8').includes(text),
  )
  expect(found, text).toHaveLength(1)
  return found[0] ?? ''
}

/** What a run loaded. */
interface Loaded {
  /** Which SDKs and slow parts of Node. */
  readonly slow: string[]
  /** Services whose connecting code was. */
  readonly services: string[]
}

/** Runs the installed program, and tells which of the things above were loaded. */
async function loader(inTerminal = false): Promise<(...words: readonly string[]) => Promise<string[]>> {
  const run = await runner(inTerminal)
  return async (...words) => (await run(...words)).slow
}

async function runner(inTerminal = false): Promise<(...words: readonly string[]) => Promise<Loaded>> {
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF)
  const hook = join(home.dir, 'hook.cjs')
  writeFileSync(hook, HOOK)
  return async (...words) => {
    const list = join(home.dir, 'loaded.json')
    const piped = [process.execPath, '--require', hook, join(PACKED, 'bin/echopilot')]
    const command = ['exec', ...piped, ...words].join(' ')
    const seen = ['/usr/bin/script', '--quiet', '--return', '--command', command, '/dev/null']
    const env = { ...home.env, ...TOKEN, LOADED: list, TERM: 'xterm', SHELL: '/bin/sh' }
    const ran = await (inTerminal
      ? spawn([], { env, cwd: home.dir, program: seen })
      : spawn(words, { env, cwd: home.dir, program: piped }))
    expect(ran.stderr, words.join(' ')).not.toMatch(/cannot find|could not start/i)
    const loaded: unknown = JSON.parse(readFileSync(list, 'utf8'))
    const names = new Set(Array.isArray(loaded) ? loaded.map(name => basename(String(name))) : [])
    const natives = new Set(Array.isArray(loaded) ? loaded.map(String) : [])
    return {
      slow: [
        ...Object.entries(SDKS).flatMap(([name, chunk]) => (names.has(chunk) ? [name] : [])),
        ...Object.entries(SLOW).flatMap(([name, module]) => (natives.has(module) ? [name] : [])),
      ],
      services: CONNECTORS.flatMap(([service, chunk]) => (names.has(chunk) ? [service] : [])),
    }
  }
}

test('the version loads nothing but itself', async () => {
  const loaded = await loader()
  expect(await loaded('--version')).toEqual([])
  expect(await loaded('--version', '--json')).toEqual([])
})

test.each([
  [['--help']],
  [['status']],
  [['status', '--json']],
  [['task', 'list']],
  [['config', 'show']],
  [['completion', 'bash']],
])('%s reads, and loads neither an SDK nor a slow part of Node', async words => {
  const loaded = await loader()
  expect(await loaded(...words)).toEqual(['commander'])
})

test('colours are loaded where a person sees them, and nowhere else', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const loaded = await loader(true)
  expect(await loaded('task', 'list')).toEqual(['commander', 'colours'])
  expect(await loaded('task', 'list', '--json')).toEqual(['commander'])
  expect(await loaded('--version')).toEqual([])
})

/** These ask whose accounts the credentials open, also where nothing waits. */
const ASKS: Readonly<Record<string, readonly string[]>> = {
  doctor: ['openai', 'notion', 'stripe'],
  deliver: ['stripe'],
  'payments payouts': ['stripe'],
  'payments-scan': ['stripe'],
}

test('no operation loads an SDK where there is nothing to do, but those that ask all services', async () => {
  const loaded = await loader()
  const found: Record<string, readonly string[]> = {}
  for (const { path, input, positionals = [], access } of await loadAll(OPERATIONS)) {
    const required = positionals.filter(name => input[name]?.required === true).map(() => 'task_none')
    const words = [...path, ...required, ...(access === 'read' ? [] : ['--dry-run'])]
    const sdks = (await loaded(...words)).filter(name => ['openai', 'notion', 'stripe', 'pdf'].includes(name))
    if (sdks.length > 0) found[commandOf(path)] = sdks
  }
  expect(found).toEqual(ASKS)
})

test('what makes a PDF is loaded where one is asked for, and nowhere else', async () => {
  const loaded = await loader()
  expect(await loaded('report', 'executive')).not.toContain('pdf')
  expect(await loaded('report', 'executive', '--format', 'html')).not.toContain('pdf')
  expect(await loaded('report', 'executive', '--format', 'pdf')).toContain('pdf')
})

test('each service is held to this', () => {
  const known = [...Object.keys(CONNECTING), ...LISTED]
  expect(known.toSorted()).toEqual(SERVICES.map(({ name }) => name).toSorted())
})

const PAYERS = ['stripe', 'paypal']

test.each([
  [['--version'], []],
  [['--help'], []],
  [['status'], []],
  [['task', 'list'], []],
  [['payments', 'list'], []],
  [['alert', 'list'], []],
  [['config', 'show'], []],
  [['heartbeat', '--dry-run'], ['notion']],
  [['payments-scan'], PAYERS],
  [['operate'], PAYERS],
  [['poll'], ['openai', 'notion', ...PAYERS]],
])(
  '%s loads the services that it asks, and none to write to where nothing waits',
  async (words, expected) => {
    const run = await runner()
    expect((await run(...words)).services).toEqual(expected)
  },
)

test('work loads the SDK of the service that it calls, and no other', async () => {
  const loaded = await loader()
  expect(await loaded('poll')).not.toContain('openai')
  expect(await loaded('poll', '--drain')).toEqual(expect.arrayContaining(['openai']))
  expect(await loaded('poll', '--drain')).not.toContain('notion')
})
