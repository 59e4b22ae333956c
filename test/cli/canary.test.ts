/**
 * Secrets planted in every place they may come from, and services that repeat whatever they are sent: the
 * secrets must come back in nothing that is printed, stored, written, or seen by other users.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KEY } from '../sandbox/support/server.ts'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { configInit } from '../../src/commands/config-init/index.ts'
import { OPERATIONS as LISTED_OPERATIONS } from '../../src/operations/index.ts'
import type { Ended } from '../support/child.ts'
import { partOf } from '../support/document.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { run, spawn, start } from './support/run.ts'
import type { Answer, Arrived } from '../support/gate.ts'
import { BRIEF, gatedHome } from './support/sandbox.ts'

const OPERATIONS = await loadAll(LISTED_OPERATIONS)

/** With characters that JSON, URLs and base64 write differently. */
const MAKER = String.raw`sk-canary-maker/+"quoted"\back=%:0001`
const NOTION = String.raw`sk-canary-notion/+"quoted"\back=#;00003`
const JUDGE = String.raw`sk-canary-judge?>~"quoted"\back=&;00002`

/** Every way to write them that a service may answer with. */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  const url = Buffer.from(secret).toString('base64url')
  return [secret, JSON.stringify(secret).slice(1, -1), base64, url, encodeURIComponent(secret)]
}

/** The last one is how both begin: a part of a secret is one too. */
const FORMS = [...[MAKER, JUDGE, NOTION].flatMap(formsOf), 'sk-canary']

function leaks(content: string | Buffer): string[] {
  return FORMS.filter(form => content.includes(form))
}

/** Where keys may be put, each with what that takes. */
const WAYS: Readonly<Record<string, (dir: string) => Readonly<Record<string, string>>>> = {
  environment: () => ({ OPENAI_API_KEY: MAKER, JUDGE_API_KEY: JUDGE }),
  'named file': dir => {
    writeFileSync(join(dir, 'a'), MAKER)
    writeFileSync(join(dir, 'b'), `${JUDGE}\n`)
    return { OPENAI_API_KEY_FILE: join(dir, 'a'), JUDGE_API_KEY_FILE: join(dir, 'b') }
  },
  'systemd credential': dir => {
    writeFileSync(join(dir, 'openai_api_key'), MAKER)
    writeFileSync(join(dir, 'judge_api_key'), JUDGE)
    return { CREDENTIALS_DIRECTORY: dir }
  },
  'file beside the configuration': dir => {
    mkdirSync(join(dir, 'secrets'))
    writeFileSync(join(dir, 'secrets/openai_api_key'), MAKER, { mode: 0o600 })
    writeFileSync(join(dir, 'secrets/judge_api_key'), JUDGE, { mode: 0o600 })
    return {}
  },
}

/** How the service repeats what it was sent. */
type Echo = (arrived: Arrived, said: readonly string[]) => Answer | null

const json = (value: unknown): string => JSON.stringify(value)
const ECHOES: Readonly<Record<string, Echo>> = {
  'as an error': (_, said) => ({
    status: 400,
    headers: { 'x-request-id': encodeURIComponent(said[0] ?? '') },
    body: json({ error: { message: `refused: ${said.join(' ')}`, code: `bad_${said[0]}`, type: said[0] } }),
  }),
  'as a refused key': (_, said) => ({ status: 401, body: json({ error: { message: said.join(' ') } }) }),
  'as plain text': (_, said) => ({
    status: 500,
    headers: { 'content-type': 'text/plain', 'retry-after': '60' },
    body: `trace of ${said.join('\n')}`,
  }),
  'as the end of a long error': (_, said) => ({
    status: 422,
    body: json({ error: { message: `${'x'.repeat(290)}${said[0]}` } }),
  }),
  'as the answer': (_, said) => ({
    status: 200,
    headers: { 'x-request-id': encodeURIComponent(said[0] ?? '') },
    body: json({
      id: said[0],
      object: 'chat.completion',
      model: said[0],
      service_tier: said[1],
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: {
            role: 'assistant',
            content: 'A result like any other, long enough to be one. '.repeat(3),
          },
        },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 },
    }),
  }),
  'as a refusal': (_, said) => ({
    status: 200,
    body: json({
      choices: [{ finish_reason: 'stop', message: { content: null, refusal: `no: ${said.join(' ')}` } }],
    }),
  }),
}

/** What is repeated: the header and the key in every form. */
function saidTo({ headers }: Arrived): string[] {
  const header = headers.authorization ?? ''
  const key = header.replace('Bearer ', '')
  return [...formsOf(key), header]
}

function expectNoLeak(home: { readonly dir: string }, ran: Ended, what: string): void {
  expect(leaks(ran.stdout), `${what}: standard output`).toEqual([])
  expect(leaks(ran.stderr), `${what}: standard error`).toEqual([])
  const files = readdirSync(home.dir, { recursive: true, withFileTypes: true }).filter(file => file.isFile())
  for (const { parentPath, name } of files) {
    expect(leaks(readFileSync(join(parentPath, name))), `${what}: ${name}`).toEqual([])
  }
}

async function plantedHome(way: string, echo: Echo): Promise<Awaited<ReturnType<typeof gatedHome>>> {
  // Apart from what is searched: the planted files themselves hold the secrets.
  const planted = temporaryFolder()
  writeFileSync(join(planted, 'config.toml'), '')
  // The stand-in knows no keys but its own.
  const good = { authorization: `Bearer ${KEY}` }
  const home = await gatedHome(async (arrived, pass) => echo(arrived, saidTo(arrived)) ?? pass(good), {
    OPENAI_API_KEY: '',
    ECHOPILOT_CONFIG: join(planted, 'config.toml'),
    ...WAYS[way]?.(planted),
  })
  const env = { ...home.env, ECHOPILOT_JUDGE_BASE_URL: `${home.gate.url}/judge/v1` }
  const given = { env, cwd: home.dir }
  return {
    ...home,
    env,
    run: async (...words) => run(words, given),
    spawn: async (...words) => spawn(words, given),
  }
}

test.each(Object.keys(ECHOES))('a service that repeats the key %s', async how => {
  const echo = ECHOES[how] ?? (() => null)
  const home = await plantedHome('environment', echo)
  const added = await home.run('task', 'add', BRIEF, '--json')
  const id = String(/task_\w+/.exec(added.stdout)?.[0])
  expectNoLeak(home, await home.spawn('poll', '--drain', '--verbose'), 'poll')
  expectNoLeak(home, await home.run('doctor', '--verbose', '--json'), 'doctor')
  expectNoLeak(home, await home.run('task', 'show', id, '--json'), 'task show')
  expect(home.gate.arrived.length).toBeGreaterThan(0)
  // The test would see a leak: the key did go out.
  expect(home.gate.arrived[0]?.headers.authorization).toBe(`Bearer ${MAKER}`)
})

test.each(Object.keys(WAYS))('keys from the %s', async way => {
  // The maker answers well, the judge repeats its key.
  const home = await plantedHome(way, (arrived, said) =>
    arrived.path.startsWith('/judge/') ? (ECHOES['as an error']?.(arrived, said) ?? null) : null,
  )
  expect((await home.run('task', 'add', BRIEF)).code).toBe(0)
  const ran = await home.spawn('poll', '--drain', '--verbose', '--json')
  expectNoLeak(home, ran, 'poll')
  expect(ran.stdout).toContain('[redacted]')
  const keys = new Set(home.gate.arrived.map(({ headers }) => headers.authorization))
  expect(keys).toEqual(new Set([`Bearer ${MAKER}`, `Bearer ${JUDGE}`]))
  const shown = await home.run('config', 'show', '--origin')
  expect(shown.stdout).toMatch(/^JUDGE_API_KEY +\*{8} +(environment|file|systemd credential) /m)
  expectNoLeak(home, shown, 'config show')
})

test('every operation, and failing ones, with --verbose', async () => {
  const home = await plantedHome('environment', ECHOES['as an error'] ?? (() => null))
  const id = String(/task_\w+/.exec((await home.run('task', 'add', BRIEF)).stdout)?.[0])
  const words: Readonly<Record<string, readonly string[]>> = {
    'alert unit': ['echopilot-poll.service', '--lines', `it said ${MAKER}`],
    'client set': ['Acme'],
    'client show': ['Acme'],
    'jobs show': ['poll'],
    'payments record': [id, '--amount', '20', '--date', '2026-01-31', '--reference', 'RF18'],
    'payments withdraw': [id, '--reason', 'x'],
    refund: [id, '--reason', 'x', '--yes'],
    'refund cancel': [id],
    'refund plan': [id, '--reason', 'x'],
    'refund run': [id, '--yes'],
    'refund show': [id],
    'service resume': ['api.openai.com'],
    'task return': [id, '--note', 'shorter'],
    'task add': ['--file', 'nothing.md'],
    metrics: ['--textfile', 'm.prom'],
    poll: ['--drain'],
    'config init': ['--config', 'c.toml'],
  }
  for (const { path, positionals } of [configInit, ...OPERATIONS]) {
    const command = commandOf(path)
    const rest = words[command] ?? (positionals?.includes('id') === true ? [id] : [])
    const ran = await home.run(...path, ...rest, '--verbose')
    expect(ran.code, command).not.toBe(64)
    expectNoLeak(home, ran, command)
  }
  expectNoLeak(home, await home.run('--job', 'poll', '--verbose', '--json'), '--job')
})

test('work is never changed: a key that stands in it stays, and a placeholder for a key is a word', async () => {
  const work = `Set the key to ${MAKER} in lm-studio, "lm-studio": echopilot. `.repeat(3)
  const answer = (content: string): Answer => ({
    status: 200,
    body: json({ choices: [{ finish_reason: 'stop', message: { content } }] }),
  })
  for (const key of [MAKER, 'lm-studio', 'echopilot']) {
    const home = await gatedHome(({ body }) => (body.includes('json_schema') ? null : answer(work)), {
      OPENAI_API_KEY: key,
    })
    const added = await home.json('task', 'add', BRIEF, '--title', `echopilot with ${key}`)
    await home.run('process')
    const shown = await home.json('task', 'show', String(added['taskId']))
    expect(shown['result']).toBe(work)
    expect(partOf(shown, 'task')['title']).toBe(`echopilot with ${key}`)
    expect((await home.run('task', 'show', String(added['taskId']))).stdout).toContain(work.trim())
    expect((await home.run('metrics')).stdout).toContain('# HELP echopilot_tasks')
  }
})

/** A key whose shape tells what it is, in the wrong place. */
const PASTED = ['sk-canary', 'PASTED1x2y3z4w5v6u'].join('-')

test.each([
  ['a model', { ECHOPILOT_GENERATE_MODEL: PASTED }],
  ['an address', { OPENAI_BASE_URL: PASTED }],
  ['a parent page', { ECHOPILOT_NOTION_PARENT_PAGE: PASTED }],
  ['a language', { ECHOPILOT_QA_LANGUAGE: PASTED }],
])('a key that is set as %s is refused, and shown nowhere', async (_place, env) => {
  const home = await gatedHome(() => null, env)
  for (const words of [
    ['config', 'show'],
    ['config', 'check'],
    ['doctor'],
    ['status'],
    ['poll', '--drain'],
  ]) {
    const ran = await home.run(...words, '--verbose')
    expect(ran.stdout + ran.stderr, words.join(' ')).toContain('keys are never settings')
    expectNoLeak(home, ran, words.join(' '))
  }
  expect(home.gate.arrived).toEqual([])
})

test('a key in an address is used, and shown nowhere', async () => {
  const home = await gatedHome(() => ({
    status: 307,
    headers: { location: `http://127.0.0.1:9/v1?token=${PASTED}&sig=xsk-canary-0123` },
    body: '',
  }))
  const path = 'services/sk-canaryAa1Bb2Cc3Dd4Ee5'
  const env = { ...home.env, OPENAI_BASE_URL: `${home.gate.url}/${path}/v1?code=sk-canary-0123` }
  for (const words of [
    ['config', 'show', '--json'],
    ['task', 'add', BRIEF],
    ['poll', '--drain'],
    ['doctor', '--json'],
    ['status'],
  ]) {
    expectNoLeak(home, await run([...words, '--verbose'], { env, cwd: home.dir }), words.join(' '))
  }
  expect(home.gate.arrived[0]?.path).toContain(path)
})

test('what is typed in the wrong place does not come back', async () => {
  const home = await gatedHome(() => null)
  for (const words of [
    [`--api-key=${PASTED}`],
    ['task', 'add', '--type', PASTED],
    ['task', 'show', PASTED],
    ['init', '--parent', PASTED],
  ]) {
    expectNoLeak(home, await home.run(...words, '--verbose', '--json'), words.join(' '))
  }
})

test('a workspace that is named like the token', async () => {
  const home = await gatedHome(({ headers }) => {
    const token = (headers.authorization ?? '').replace('Bearer ', '')
    const bot = {
      workspace_name: `My ${token}`,
      workspace_id: token,
      owner: { type: 'workspace', workspace: true },
    }
    return { status: 200, body: json({ object: 'user', id: token, type: 'bot', name: token, bot }) }
  })
  const env = { ...home.env, NOTION_TOKEN: NOTION, NOTION_BASE_URL: home.gate.url }
  for (const words of [['init'], ['doctor'], ['poll'], ['status']]) {
    const ran = await run([...words, '--verbose'], { env, cwd: home.dir })
    expectNoLeak(home, ran, words.join(' '))
  }
  expect((await run(['doctor'], { env, cwd: home.dir })).stdout).toContain('"My [redacted]"')
})

test.each(['as an error', 'as a refused key', 'as plain text'])(
  'Notion that repeats its token %s',
  async how => {
    const echo = ECHOES[how] ?? (() => null)
    const home = await plantedHome('environment', echo)
    const env = { ...home.env, NOTION_TOKEN: NOTION, NOTION_BASE_URL: home.gate.url }
    for (const words of [
      ['init', '--parent', '5eed0000-ec40-4a11-8000-000000000001'],
      ['doctor'],
      ['notion', 'sync'],
      ['poll'],
      ['status'],
    ]) {
      expectNoLeak(
        home,
        await run([...words, '--verbose', '--json'], { env, cwd: home.dir }),
        words.join(' '),
      )
    }
    const keys = home.gate.arrived.map(({ headers }) => headers.authorization)
    expect(keys).toContain(`Bearer ${NOTION}`)
  },
)

test('what other users see of the process', async () => {
  const held = Promise.withResolvers<Answer>()
  const home = await plantedHome('environment', () => null)
  const gated = await gatedHome(async () => held.promise)
  const env = { ...home.env, OPENAI_BASE_URL: `${gated.gate.url}/v1` }
  await spawn(['task', 'add', BRIEF], { env })
  const worker = start(['poll', '--drain'], { env })
  await expect.poll(() => gated.gate.arrived.length).toBe(1)
  expect(leaks(readFileSync(`/proc/${String(worker.pid)}/cmdline`))).toEqual([])
  expect(leaks(readFileSync(`/proc/${String(worker.pid)}/comm`))).toEqual([])
  worker.child.kill('SIGKILL')
  await worker.ended
  expectNoLeak(home, await spawn(['status', '--json'], { env }), 'after a crash')
})

test('the stand-ins are started without the caller’s secrets', async () => {
  const home = await plantedHome('environment', () => null)
  const sandbox = start(['sandbox', '--port', '0', '--dir', join(home.dir, 'sandbox'), '--json'], {
    env: home.env,
  })
  await sandbox.output(/\n\}\n$/)
  const children = readFileSync(`/proc/${String(sandbox.pid)}/task/${String(sandbox.pid)}/children`, 'utf8')
  const pids = children.trim().split(' ')
  expect(pids.length).toBeGreaterThan(0)
  for (const pid of pids) {
    expect(leaks(readFileSync(`/proc/${pid}/environ`))).toEqual([])
    expect(leaks(readFileSync(`/proc/${pid}/cmdline`))).toEqual([])
  }
  sandbox.child.kill('SIGTERM')
  expectNoLeak(home, await sandbox.ended, 'sandbox')
})
