/** What goes to which stream, colours, readers that go away, and traces. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKED, type Ended } from '../support/child.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { errorOf, newHome, spawn, start, type Home } from './support/run.ts'
import { BRIEF, gatedHome, sandboxHome } from './support/sandbox.ts'

const ANSI = new RegExp(`${String.fromCodePoint(27)}\\[`)

/** The one child of a process. */
function childOf({ pid }: { readonly pid: number }): string {
  return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim()
}

/** The same call with a terminal on all three streams. */
async function inTerminal(
  home: Home,
  words: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = `${process.execPath} ${PACKED} ${words}`
  const program = ['/usr/bin/script', '--quiet', '--return', '--command', command, '/dev/null']
  return (await spawn([], { env: { ...home.env, TERM: 'xterm', ...env }, cwd: home.dir, program })).stdout
}

test('no colours in a pipe, whatever the environment asks for', async () => {
  const home = newHome({
    FORCE_COLOR: '3',
    CLICOLOR_FORCE: '1',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
  })
  await home.json('task', 'add', 'Say hello.')
  for (const words of [['status'], ['task', 'list'], ['nosuch']]) {
    const ran = await home.spawn(...words)
    expect(ran.stdout + ran.stderr).not.toMatch(ANSI)
  }
})

test('colours in a terminal, unless NO_COLOR or a dumb one', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const home = newHome()
  expect(await inTerminal(home, 'status')).toMatch(ANSI)
  expect(await inTerminal(home, 'status', { NO_COLOR: '1' })).not.toMatch(ANSI)
  expect(await inTerminal(home, 'status', { TERM: 'dumb' })).not.toMatch(ANSI)
  expect(await inTerminal(home, 'nosuch')).toMatch(ANSI)
})

test('errors are broken between words in a terminal, commands are not', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const home = newHome({ NO_COLOR: '1' })
  const words = `task approve ${'nosuch-'.repeat(9)}x`
  const lines = (await inTerminal(home, words)).split('\r\n')
  expect(lines.filter(line => line.length > 80)).toEqual([])
  expect(lines.join(' ')).toContain(`${'nosuch-'.repeat(9)}x`)
  expect(lines.length).toBeGreaterThan(3)
  const { stderr } = await home.spawn(...words.split(' '))
  expect(stderr).toBe(`${lines.slice(0, -2).join(' ').trim()}\n${lines.at(-2) ?? ''}\n`)
})

test('progress is for a terminal, and --quiet and --json go without', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF, '--title', 'A B')
  expect(await inTerminal(home, 'poll --drain')).toMatch(/A B +generate +then judge/)
  await home.json('task', 'add', BRIEF)
  expect(await inTerminal(home, 'poll --drain --quiet')).not.toMatch(/then judge/)
  await home.json('task', 'add', BRIEF)
  expect((await home.spawn('poll', '--drain')).stderr).toBe('')
  await home.json('task', 'add', BRIEF, '--title', 'C D')
  const refused = await inTerminal(home, 'poll --drain', { OPENAI_API_KEY: 'sk-invalid-000000000000' })
  expect(refused).toMatch(/C D +generate +paused/)
})

test('a reader who goes away is no fault', async () => {
  const home = newHome()
  for (let n = 0; n < 3; n++) await home.json('task', 'add', `Say hello ${String(n)}.`)
  const command = `"${process.execPath}" "${PACKED}" task list | head -1; echo "\${PIPESTATUS[0]}"`
  const ran = await spawn([], { env: home.env, program: ['/bin/bash', '-c', command] })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^task +status .*\n0\n$/)
})

test('work goes on when nobody reads standard error, or standard output', async () => {
  for (const stream of ['stdout', 'stderr'] as const) {
    const failures = [503, 503]
    const home = await gatedHome(() => {
      const status = failures.pop()
      return status === undefined ? null : { status, body: '{"error":{"message":"busy"}}' }
    })
    await home.json('task', 'add', BRIEF)
    const worker = start(['poll', '--drain', '--verbose'], { env: home.env })
    worker.child[stream]?.destroy()
    expect((await worker.ended).code).toBe(0)
    const listed = await home.run('task', 'list', '--status', 'Done')
    expect(listed.stdout).toContain('Compare three')
  }
})

test('a disk that is full for standard error costs nothing that was paid for', async ({ skip }) => {
  skip(!existsSync('/dev/full'), 'not proved: no /dev/full')
  const failures = [503, 503]
  const home = await gatedHome(() => {
    const status = failures.pop()
    return status === undefined ? null : { status, body: '{"error":{"message":"busy"}}' }
  })
  await home.json('task', 'add', BRIEF)
  const script = '"$@" 2> /dev/full'
  const program = ['/bin/sh', '-c', script, 'sh', process.execPath, PACKED]
  const ran = await spawn(['poll', '--drain', '--verbose'], { env: home.env, program })
  expect(ran).toMatchObject({ code: 0, signal: null })
  expect(ran.stdout).toMatch(/Done/)
  expect((await home.server.ledger()).rows).toHaveLength(2)
})

test('work that is done is committed where its report cannot be written: 74', async ({ skip }) => {
  skip(!existsSync('/dev/full'), 'not proved: no /dev/full')
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF)
  const program = ['/bin/sh', '-c', '"$@" > /dev/full', 'sh', process.execPath, PACKED]
  const ran = await spawn(['poll', '--drain'], { env: home.env, program })
  expect(ran.code).toBe(74)
  expect(ran.stderr).toMatch(/^error: standard output cannot be written: ENOSPC/)
  expect((await home.run('task', 'list', '--status', 'Done')).stdout).toContain('Compare three')
  expect((await home.run('status')).stdout).not.toContain('died')
})

test('a terminal that goes away ends no work; what is only watched ends with it', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const answered = Promise.withResolvers<null>()
  const home = await gatedHome(async () => answered.promise)
  const added = await home.json('task', 'add', BRIEF)
  await home.json('task', 'add', BRIEF)
  const inPty = (words: string): ReturnType<typeof start> => {
    const command = `exec ${process.execPath} ${PACKED} ${words}`
    const program = ['/usr/bin/script', '--quiet', '--flush', '--command', command, '/dev/null']
    return start([], { env: { ...home.env, TERM: 'xterm', SHELL: '/bin/sh' }, cwd: home.dir, program })
  }
  const worker = inPty('poll --drain --verbose --concurrency 1')
  await expect.poll(() => home.gate.arrived.length).toBe(1)
  const watcher = inPty(`task show ${String(added['taskId'])} --follow`)
  await watcher.output(/generate begins/)
  const [working, watching] = [childOf(worker), childOf(watcher)]
  worker.child.kill('SIGKILL')
  watcher.child.kill('SIGKILL')
  await expect.poll(() => existsSync(`/proc/${watching}`)).toBe(false)
  expect(existsSync(`/proc/${working}`)).toBe(true)
  answered.resolve(null)
  await expect.poll(() => existsSync(`/proc/${working}`)).toBe(false)
  const tasks = listOf(await home.json('task', 'list'), 'tasks')
  expect(tasks.map(({ status }) => status)).toEqual(['Done', 'Done'])
  // Nothing was bought twice, and the operation ended as it should.
  expect((await home.server.ledger()).rows).toHaveLength(4)
  expect((await home.run('status')).stdout).not.toContain('died')
})

test('a trace is shown with --verbose only', async () => {
  const home = newHome()
  const words = ['task', 'add', '--file', home.dir]
  const plain = await home.spawn(...words)
  expect(plain.stderr).toMatch(
    /^error: the brief cannot be read: EISDIR.*\nnext: give a text file, in UTF-8\n$/,
  )
  const verbose = await home.spawn(...words, '--verbose')
  expect(verbose.stderr).toMatch(/\n {4}at /)
  expect(verbose.stderr.startsWith(plain.stderr)).toBe(true)
  // A machine gets one document either way.
  const json = await home.run(...words, '--verbose', '--json')
  expect(Object.keys(parseDocument(json.stderr))).toEqual(['error'])
  const usage = await home.run('nosuch')
  expect(usage.stderr).not.toMatch(/\n {4}at /)
})

test('warnings of the work go to standard error, as text or for the journal', async () => {
  const failures = [503, 503]
  const home = await gatedHome(() => {
    const status = failures.pop()
    return status === undefined
      ? null
      : { status, body: '{"error":{"message":"busy, write to ana@example.com"}}' }
  })
  await home.json('task', 'add', BRIEF)
  const ran = await home.spawn('process')
  expect(ran.stderr).toMatch(
    /^warn: model call failed, trying again: 503: busy, write to \[e-mail\] \(run_\w+, wait \d s\)$/m,
  )
  failures.push(503)
  await home.json('task', 'add', BRIEF)
  const ofJournal = 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0" "$@"'
  const program = ['/bin/sh', '-c', ofJournal, process.execPath, PACKED]
  const worked = await spawn(['process'], { env: { ...home.env, PATH: '/usr/bin:/bin' }, program })
  expect(worked.stderr).toMatch(
    /^<4>\{"at":"[^"]+Z","level":"warn","message":"model call failed, trying again",/,
  )
})

test('two at once share the work: each task is done once', async () => {
  const home = await sandboxHome()
  for (let n = 0; n < 4; n++) await home.json('task', 'add', BRIEF)
  const both = [0, 1].map(async () => home.spawn('poll', '--drain', '--concurrency', '2', '--quiet'))
  for (const ran of await Promise.all(both)) expect(ran.code).toBe(0)
  const listed = await home.run('task', 'list', '--status', 'Done')
  expect(listed.stdout.match(/task_/g)).toHaveLength(4)
  // A draft and a verdict each, none bought twice.
  expect((await home.server.ledger()).rows).toHaveLength(8)
  expect(existsSync(join(home.stateDir, 'echopilot.db'))).toBe(true)
})

test('what a client or a model wrote cannot steer the terminal', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const home = newHome()
  const evil = 'Ring\u0007 \u001b]0;proved\u0007\u001b[2J\u009b31m up\r\n\tTwo lines'
  const added = await home.json('task', 'add', evil)
  // A name is made visible already where it is kept.
  expect(added['title']).toContain('␛[2J')
  for (const words of [
    'task list',
    `task show ${String(added['taskId'])}`,
    'status',
    "task show 'a\u001b[2Jb'",
  ]) {
    const screen = await inTerminal(home, words, { NO_COLOR: '1' })
    // oxlint-disable-next-line no-control-regex
    expect(screen.replaceAll('\r\n', '\n'), words).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  }
  const pictured = await inTerminal(home, `task show ${String(added['taskId'])}`, { NO_COLOR: '1' })
  expect(pictured).toContain('Ring␇ ␛]0;proved␇␛[2J�31m up\r\n')
})

test('standard output that cannot be written is a matter of the disk: 74, without a trace', async ({
  skip,
}) => {
  skip(!existsSync('/dev/full'), 'not proved: no /dev/full')
  const home = newHome()
  const onto = async (words: string): Promise<Ended> =>
    spawn([], {
      env: home.env,
      program: ['/bin/sh', '-c', `"${process.execPath}" "${PACKED}" ${words} > /dev/full`],
    })
  for (const words of ['status', 'help', '--version']) {
    const ran = await onto(words)
    expect(ran.code, words).toBe(74)
    expect(ran.stderr).toMatch(/^error: standard output cannot be written: ENOSPC.*\nnext: .*\n$/)
  }
  expect(errorOf(await onto('status --json'))).toMatchObject({ kind: 'store', exit: 74 })
})

test('a file of which the disk takes a part only is no success', async () => {
  const home = newHome()
  const file = join(home.dir, 'help.txt')
  // 2 KiB: more than that is said.
  const script = `trap '' XFSZ; ulimit -f 4; exec "${process.execPath}" "${PACKED}" help > "${file}"`
  const ran = await spawn([], { env: home.env, program: ['/bin/sh', '-c', script] })
  expect([ran.code, readFileSync(file, 'utf8').length]).toEqual([74, 2048])
  expect(ran.stderr).toMatch(/^error: standard output cannot be written: EFBIG.*\nnext: .*\n$/)
})

test('a terminal that does not know its width is 80 columns wide', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const home = newHome()
  await home.json('task', 'add', 'Compare invoicing tools for two people')
  const screen = await inTerminal(home, 'task list', { NO_COLOR: '1' })
  expect(screen).toMatch(/ {2}Compare invoicing too…\r\n$/)
})
