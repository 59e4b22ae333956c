/** What is typed wrong: exit 64, what is wrong with it, what was meant, and where help is. */
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'
import { errorOf, newHome, run, spawn } from './support/run.ts'

test.each<[words: string, message: RegExp, hint: string]>([
  ['', /^a command is missing$/, 'echopilot help'],
  ['task', /^a command is missing$/, 'echopilot help task'],
  ['statsu', /^unknown command 'statsu' \(Did you mean status\?\)$/, 'echopilot help'],
  ['task lst', /^unknown command 'lst' \(Did you mean list\?\)$/, 'echopilot help task'],
  ['help nosuch', /^unknown command 'nosuch'$/, 'echopilot help'],
  ['help task ad', /^unknown command 'ad' \(Did you mean add\?\)$/, 'echopilot help task'],
  ['--config task.toml task lst', /^unknown command 'lst'/, 'echopilot help task'],
  ['status --jsn', /^unknown option '--jsn' \(Did you mean --json\?\)$/, 'echopilot help status'],
  ['poll --drian', /^unknown option '--drian' \(Did you mean --drain\?\)$/, 'echopilot help poll'],
  ['status --dry-run', /^unknown option '--dry-run'/, 'echopilot help status'],
  ['status extra', /^too many arguments for 'status'/, 'echopilot help status'],
  [
    'task add x --type reserch',
    /^option '--type <choice>' .* Research, Drafting, .*\(Did you mean Research\?\)$/,
    'echopilot help task add',
  ],
  ['task list --status Dona', /Waiting Human, .*\(Did you mean Done\?\)$/, 'echopilot help task list'],
  ['completion zhs', /bash, zsh, fish\. \(Did you mean zsh\?\)$/, 'echopilot help completion'],
  ['completion tcsh', /bash, zsh, fish\.$/, 'echopilot help completion'],
  ['task list --limit 0', /^--limit: .*from 1 to 10000/, 'echopilot help task list'],
  ['task list --limit many', /^--limit: .*number/, 'echopilot help task list'],
  ['poll --concurrency', /^option '--concurrency <n>' argument missing$/, 'echopilot help poll'],
  ['poll --concurrency 65', /^--concurrency: .*from 1 to 64/, 'echopilot help poll'],
  ['--state-dir /nowhere poll --limti 3', /unknown option '--limti'/, 'echopilot help poll'],
  ['task add x --target 101', /^--target: a number from 1 to 100/, 'echopilot help task add'],
  ['task add x --due tomorrow', /^--due: a date such as 2026-12-31/, 'echopilot help task add'],
  ['task show', /^missing required argument 'id'$/, 'echopilot help task show'],
  ['task return task_x', /^required option '--note <text>' not specified$/, 'echopilot help task return'],
  ['task show abc', /^"abc" is too short/, 'echopilot task list'],
  ['demo --concurrency 0', /concurrency/, 'echopilot help demo'],
  ['sandbox --port 70000', /port/, 'echopilot help sandbox'],
])('echopilot %s', async (typed, message, hint) => {
  const home = newHome({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
  const words = typed === '' ? [] : typed.split(' ')
  const ran = await home.run(...words, '--json')
  expect(ran.code).toBe(64)
  const error = errorOf(ran)
  expect(error).toMatchObject({ kind: 'usage', exit: 64 })
  expect(error['message']).toMatch(message)
  expect(error['hint']).toContain(hint)
})

test('what is typed wrong is told before what is not set up', async () => {
  const ran = await newHome({ OPENAI_BASE_URL: 'nowhere' }).run('poll', '--limit', 'many', '--json')
  expect(ran.code).toBe(64)
  expect(errorOf(ran)).toMatchObject({ kind: 'usage', hint: 'echopilot help poll' })
})

test('for a person the error is text, with what to type next', async () => {
  const ran = await newHome().spawn('statsu')
  expect(ran).toEqual({
    code: 64,
    signal: null,
    stdout: '',
    stderr: "error: unknown command 'statsu' (Did you mean status?)\nnext: echopilot help\n",
  })
})

test('an empty note is no note', async () => {
  const ran = await newHome().run('task', 'return', 'task_01k000', '--note', '  ', '--json')
  expect(errorOf(ran)).toMatchObject({ kind: 'usage', message: '--note: say what to mend' })
})

test('something that is not there is missing: 66', async () => {
  const home = newHome()
  for (const words of [
    ['task', 'show', 'task_01k000000000'],
    ['explain', 'run_01k000000000/7'],
    ['task', 'approve', 'nothing'],
    ['alert', 'ack', 'alert_01k000000000'],
    ['alert', 'snooze', 'nothing'],
    ['task', 'add', '--file', 'nothing.md'],
  ]) {
    const ran = await home.run(...words, '--json')
    expect(ran.code, words.join(' ')).toBe(66)
    expect(errorOf(ran)).toMatchObject({ kind: 'missing', exit: 66 })
  }
  const effect = await home.run('effect', 'show', 'eff_01k000000000', '--json')
  expect(errorOf(effect)).toMatchObject({ kind: 'missing', hint: 'echopilot effect list' })
})

test('what a rule forbids is refused: 65, with what to type instead', async () => {
  const home = newHome()
  const id = String((await home.json('task', 'add', 'Say hello.'))['taskId'])
  for (const words of [
    ['task', 'approve', id],
    ['task', 'approve', id, '--dry-run'],
    ['task', 'return', id, '--note', 'x'],
    ['task', 'retry', id],
  ]) {
    const ran = await home.run(...words, '--json')
    expect(ran.code, words.join(' ')).toBe(65)
    expect(errorOf(ran)).toMatchObject({ kind: 'refused', exit: 65, hint: 'echopilot poll --drain' })
  }
  expect((await home.run('task', 'cancel', id)).code).toBe(0)
  const twice = await home.run('task', 'cancel', id, '--json')
  expect(errorOf(twice)).toMatchObject({
    kind: 'refused',
    message: `task ${id} cannot be cancelled: it is Cancelled`,
  })
})

test('global flags stand before the command or after it', async () => {
  const dir = temporaryFolder()
  const env = { HOME: dir }
  const before = await run(['--json', '--state-dir', 'a', 'task', 'add', 'Say hello.'], { env, cwd: dir })
  expect(before.code).toBe(0)
  const after = await run(['task', 'list', '--state-dir', 'a', '--json'], { env, cwd: dir })
  const between = await run(['task', '--json', 'list', '--state-dir=a'], { env, cwd: dir })
  expect(after.stdout).toContain('Say hello.')
  expect(between.stdout).toBe(after.stdout)
})

test('--version and --help need nothing and print to standard output', async () => {
  const env = {
    HOME: '/nonexistent',
    ECHOPILOT_STATE_DIR: '/proc/nothing',
    ECHOPILOT_CONFIG: '/nonexistent.toml',
  }
  expect(await spawn(['--version'], { env })).toMatchObject({ code: 0, stderr: '' })
  expect((await spawn(['--version'], { env })).stdout).toMatch(
    /^\d+\.\d+\.\d+ \((?:[0-9a-f]{12}|unknown)\)\n$/,
  )
  const help = await spawn(['help', 'task', 'add'], { env })
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toMatch(/^Usage: echopilot task add /)
  expect((await run(['task', 'add', '--help'], { env })).stdout).toBe(help.stdout)
  expect((await run(['help'], { env })).stdout).toMatch(/Exit codes:\n {4}0 {2}done/)
})

test('help fits 80 columns in a pipe, but for words that stay whole', async () => {
  const { stdout } = await newHome().run('help', 'task', 'add')
  expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([])
})
