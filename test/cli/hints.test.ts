/** What is offered to be typed next runs as it stands, and a configuration that is wrong is refused by all that obey it. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandOf, loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED } from '../../src/operations/index.ts'
import { PACKED } from '../support/child.ts'
import { parseDocument } from '../support/document.ts'
import { errorOf, newHome, spawn } from './support/run.ts'

const OPERATIONS = await loadAll(LISTED)

/** The command that was offered, run by a shell as it stands. */
function nextOf(text: string): string {
  return /^next: (.+)$/m.exec(text)?.[1] ?? ''
}

test('by its path: hints hold the path and the places that were typed, and run as they stand', async () => {
  const home = newHome()
  const away = join(home.dir, 'a folder')
  mkdirSync(away)
  const launcher = join(away, 'echopilot')
  symlinkSync(PACKED, launcher)
  const env = { HOME: home.dir, PATH: '/usr/bin:/bin' }
  const given = { env, cwd: home.dir, program: [process.execPath, launcher] }
  const added = await spawn(['--state-dir', 'my state', 'task', 'add', 'Say hello.'], given)
  expect(nextOf(added.stdout)).toBe(`'${launcher}' --state-dir 'my state' poll --drain`)
  const id = String(/task_\w+/.exec(added.stdout)?.[0])
  const refused = await spawn(['--state-dir=my state', 'task', 'approve', id], given)
  expect(nextOf(refused.stderr)).toBe(`'${launcher}' --state-dir 'my state' poll --drain`)
  const cancelled = await spawn(['--state-dir=my state', 'task', 'cancel', id], given)
  expect(cancelled.code).toBe(0)
  const again = await spawn(['--state-dir=my state', 'task', 'approve', id], given)
  const typed = nextOf(again.stderr)
  const ran = await spawn([], {
    env: { ...env, PATH: `${join(process.execPath, '..')}:${env.PATH}` },
    cwd: home.dir,
    program: ['/bin/sh', '-c', typed],
  })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const error = errorOf(await spawn(['nosuch', '--json'], given))
  expect(error['hint']).toBe(`'${launcher}' help`)
})

test('under npx hints begin with npx, in every surface', async () => {
  const home = newHome({ npm_command: 'exec', npm_lifecycle_event: 'npx' })
  const added = await home.spawn('task', 'add', 'Say hello.')
  expect(nextOf(added.stdout)).toBe('npx echopilot poll --drain')
  const id = String(/task_\w+/.exec(added.stdout)?.[0])
  expect((await home.json('task', 'show', id))['next']).toBe('npx echopilot poll --drain')
  expect((await home.run('status')).stdout).toContain('(npx echopilot doctor)')
  expect((await home.run('task', 'approve', id)).stderr).toContain('\nnext: npx echopilot ')
})

test('a configuration that is not there, or is faulty, is refused by every operation but those that help with it', async () => {
  const home = newHome()
  const faulty = join(home.dir, 'faulty.toml')
  writeFileSync(faulty, '[openai]\nbase_url = 5\ntimeout_seconds = = 3\n[judge]\nmodle = "x"\nmodel =\n')
  const id = String((await home.json('task', 'add', 'Say hello.'))['taskId'])
  const words: Readonly<Record<string, readonly string[]>> = {
    'client set': ['Acme'],
    'client show': ['Acme'],
    'jobs show': ['poll'],
    explain: [id],
    'payments record': [id, '--amount', '20', '--date', '2026-01-31', '--reference', 'RF18'],
    'payments withdraw': [id, '--reason', 'x'],
    refund: [id, '--reason', 'x', '--yes'],
    'refund cancel': [id],
    'refund plan': [id, '--reason', 'x'],
    'refund run': [id, '--yes'],
    'refund show': [id],
    'service resume': ['api.openai.com'],
    'task add': ['more'],
    'task send': [id, '--yes'],
    'task return': [id, '--note', 'x'],
  }
  // When a unit has failed, a faulty configuration may be why: that one does what it can.
  const obedient = OPERATIONS.filter(({ path }) => commandOf(path) !== 'alert unit')
  for (const { path, positionals } of obedient) {
    const command = commandOf(path)
    const rest = words[command] ?? (positionals?.includes('id') === true ? [id] : [])
    const nowhere = await home.run('--config', 'nowhere.toml', ...path, ...rest)
    expect(nowhere.code, command).toBe(78)
    expect(nowhere.stdout + nowhere.stderr, command).toMatch(
      /there is no configuration file \S+nowhere\.toml\s+\(named by/,
    )
    const ran = await home.run('--config', faulty, ...path, ...rest)
    expect(ran.code, command).toBe(78)
    for (const fault of [
      /line 2: openai\.base_url/,
      /line 3: /,
      /line 5: judge\.modle: .*did you mean "model"/s,
      /line 6: /,
    ]) {
      expect(ran.stdout + ran.stderr, command).toMatch(fault)
    }
  }
  // Nothing was done by any of them.
  expect((await home.json('task', 'list'))['tasks']).toHaveLength(1)
  for (const typed of [
    ['config', 'init', '--force'],
    ['completion', 'bash'],
  ]) {
    expect((await home.run('--config', faulty, ...typed)).code, typed.join(' ')).toBe(0)
  }
})

test('what is piped is not cut, and names keep their end', async () => {
  const home = newHome()
  const title =
    'A title that is a good deal longer than any terminal of eighty columns would ever show in one line'
  await home.json('task', 'add', 'Say hello.', '--title', title)
  expect((await home.run('task', 'list')).stdout).toContain(title)
  const shown = await home.run('config', 'show', '--origin')
  expect(shown.stdout).toContain('https://api.openai.com/v1')
  expect(shown.stdout).not.toContain('…')
  expect(parseDocument((await home.run('task', 'list', '--json')).stdout)).toBeDefined()
})
