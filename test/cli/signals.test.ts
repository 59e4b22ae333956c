/** SIGINT and SIGTERM while work is under way: the stage in hand is finished, the rest is left for the next run. */
import Database from 'better-sqlite3'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { textLike } from '../integrations/notion/support/facts.ts'
import { PACKED } from '../support/child.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { newHome, start, type Home } from './support/run.ts'
import { BRIEF, gatedHome, sandboxHome } from './support/sandbox.ts'

function leases(home: Home): number {
  const database = new Database(join(home.stateDir, 'echopilot.db'), { readonly: true })
  const row = database
    .prepare<[], { held: number }>(
      'SELECT COUNT(*) AS held FROM runs WHERE owner IS NOT NULL OR lease_until_ms IS NOT NULL',
    )
    .get()
  database.close()
  return row?.held ?? -1
}

/** A drain of three tasks whose first request was sent and is held until `answer` is called. */
async function working(): Promise<{
  home: Awaited<ReturnType<typeof gatedHome>>
  worker: ReturnType<typeof start>
  answer: () => void
}> {
  const answered = Promise.withResolvers<null>()
  const home = await gatedHome(async () => answered.promise)
  for (let n = 0; n < 3; n++) await home.json('task', 'add', BRIEF)
  const worker = start(['poll', '--drain', '--concurrency', '1', '--json'], { env: home.env })
  await expect.poll(() => home.gate.arrived.length).toBe(1)
  return { home, worker, answer: () => answered.resolve(null) }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends with %i after the stage in hand', async (signal, code) => {
  const { home, worker, answer } = await working()
  expect(leases(home)).toBe(1)
  worker.child.kill(signal)
  // A signal takes its time on a busy machine; answered before it is heard, the drain would go on.
  await worker.errors(/^warn: told to stop: .*\n$/)
  answer()
  const ran = await worker.ended
  expect(ran).toMatchObject({ code, signal: null })
  const report = parseDocument(ran.stdout)
  expect(report['interrupted']).toBe(true)
  expect(listOf(report, 'runs')).toMatchObject([{ status: 'QA' }])
  expect(home.gate.arrived).toHaveLength(1)
  expect(leases(home)).toBe(0)
  expect((await home.server.ledger()).rows).toHaveLength(1)
  const rest = await home.json('poll', '--drain')
  expect(listOf(rest, 'runs').map(({ status }) => status)).toEqual(['Done', 'Done', 'Done'])
  // Nothing that was paid for is bought again.
  expect((await home.server.ledger()).rows).toHaveLength(6)
})

test('a second signal ends at once; the next run takes over what was left', async () => {
  const { home, worker, answer } = await working()
  worker.child.kill('SIGTERM')
  // One signal of a kind may be merged into another that is not yet taken; the other kind cannot.
  worker.child.kill('SIGINT')
  const ran = await worker.ended
  expect([130, 143]).toContain(ran.code)
  expect(ran.stdout).toBe('')
  answer()
  const rest = await home.json('poll', '--drain')
  expect(listOf(rest, 'runs').map(({ status }) => status)).toEqual(['Done', 'Done', 'Done'])
  expect(leases(home)).toBe(0)
})

test('a sandbox stops on either signal and leaves nothing running', async () => {
  const { home, answer } = await working()
  answer()
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const sandbox = start(['sandbox', '--port', '0', '--dir', join(home.dir, 'sandbox'), '--json'], {
      env: home.env,
    })
    const text = await sandbox.output(/\n\}\n$/)
    const url = String(listOf(parseDocument(text), 'services')[0]?.['url'])
    expect((await fetch(url)).ok).toBe(true)
    sandbox.child.kill(signal)
    expect((await sandbox.ended).code).toBe(code)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  }
})

test('sandbox stop ends one that runs elsewhere, and says where there is none', async () => {
  const home = newHome()
  const dir = join(home.dir, 'sandbox')
  const sandbox = start(['sandbox', '--port', '0', '--dir', dir, '--json'], { env: home.env })
  const text = await sandbox.output(/\n\}\n$/)
  const url = String(listOf(parseDocument(text), 'services')[0]?.['url'])
  expect(await home.run('sandbox', 'stop', '--dir', dir)).toMatchObject({
    code: 0,
    stdout: `stopped the sandbox on ${dir}\n`,
  })
  expect((await sandbox.ended).code).toBe(0)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  expect(await home.json('sandbox', 'stop', '--dir', dir)).toMatchObject({ dir, stopped: false })
})

test('sandbox stop and reset say that one is busy which answers no more, as while it ends', async () => {
  const home = newHome()
  const dir = join(home.dir, 'sandbox')
  const sandbox = start(['sandbox', '--port', '0', '--dir', dir, '--json'], { env: home.env })
  await sandbox.output(/\n\}\n$/)
  writeFileSync(join(dir, 'services.json'), '[{"url":"http://127.0.0.1:1"}]')
  for (const action of ['stop', 'reset']) {
    const ran = await home.run('sandbox', action, '--dir', dir)
    expect(ran).toMatchObject({ code: 75, stdout: '' })
    expect(ran.stderr).toMatch(/^error: the sandbox at http:\/\/127\.0\.0\.1:1 does not answer: /)
  }
  sandbox.child.kill('SIGTERM')
  expect((await sandbox.ended).code).toBe(143)
})

test('a signal to npx, which reaches us only as the end of our parent, stops it', async () => {
  const home = newHome()
  const words = `"$0" "$1" sandbox --port 0 --dir "$2" --json; :`
  const npx = { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'echopilot' }
  const program = ['/bin/sh', '-c', words, process.execPath, PACKED]
  const shell = start([join(home.dir, 'sandbox')], { env: { ...home.env, ...npx }, program })
  const text = await shell.output(/\n\}\n$/)
  const url = String(listOf(parseDocument(text), 'services')[0]?.['url'])
  shell.child.kill('SIGKILL')
  await expect
    .poll(async () =>
      fetch(url).then(
        () => 'up',
        () => 'gone',
      ),
    )
    .toBe('gone')
})

test('a terminal that is lost ends npx, and what changes something goes on', async () => {
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF)
  // Longer than it takes to notice that the parent is gone.
  const delay = { match: { path: '/v1/chat/completions' }, action: { type: 'delay', ms: 2_000 }, times: 9 }
  await fetch(`${new URL(home.env['OPENAI_BASE_URL'] ?? '').origin}/__sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(delay),
  })
  const words = `"$0" "$1" poll --drain --json > "$2" & echo "pid $!"; wait`
  const npx = { npm_lifecycle_event: 'npx', npm_lifecycle_script: 'echopilot' }
  const program = ['/bin/sh', '-c', words, process.execPath, PACKED]
  const report = join(home.dir, 'report.json')
  const shell = start([report], { env: { ...home.env, ...npx }, program })
  const [, pid = ''] = /pid (\d+)/.exec(await shell.output(/pid \d+/)) ?? []
  await expect.poll(() => leases(home)).toBe(1)
  process.kill(Number(pid), 'SIGHUP')
  shell.child.kill('SIGKILL')
  await expect.poll(() => readFileSync(report, 'utf8')).toMatch(/\n\}\n$/)
  expect(parseDocument(readFileSync(report, 'utf8'))).toMatchObject({
    interrupted: false,
    runs: [{ status: 'Done' }],
  })
})

test('a demo that is stopped proves nothing, and says so', async () => {
  const dir = temporaryFolder()
  const demo = start(['demo', '--dir', join(dir, 'day')], { env: { HOME: dir } })
  await demo.errors(/then judge/)
  demo.child.kill('SIGINT')
  expect(await demo.ended).toMatchObject({
    code: 130,
    stdout: '',
    stderr: textLike(/\nerror: the demo was stopped early: nothing is proved\nnext: echopilot demo\n$/),
  })
})
