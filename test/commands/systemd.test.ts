/** What the commands of systemd decide and write; a booted one, in test/systemd, shows that it works. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import type { Ask } from '../../src/surfaces/cli/host.ts'
import { callCli, type CliOptions } from '../support/cli.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { fakeSystem, type FakeSystem } from './support/fake-system.ts'

const SECRET = 'sk-canary-0001'

async function call(system: FakeSystem, words: string, options: Partial<CliOptions> = {}) {
  return callCli(['systemd', ...words.split(' ')], { world: system.world, ...options })
}

/** All files below its root. */
function filesOf({ root }: FakeSystem): string[] {
  return globSync('**/*', { cwd: root, withFileTypes: true })
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name).slice(root.length))
    .toSorted()
}

test('plan and dry runs show what an install would write, and change nothing', async () => {
  const system = fakeSystem()
  for (const words of ['plan', 'install --dry-run', 'uninstall --dry-run']) {
    expect((await call(system, words)).code, words).toBe(0)
  }
  const plan = await call(system, 'plan')
  for (const job of Object.keys(SCHEDULE)) {
    expect(plan.stdout).toContain(`new /etc/systemd/system/echopilot-${job}.timer`)
  }
  expect((await call(system, 'plan --verbose')).stdout).toContain('+ExecStart=/usr/bin/node')
  expect(filesOf(system)).toEqual([])
  expect(system.called).toEqual([])
})

test('install writes the files, encrypts what is piped in, enables and starts; repeated it changes nothing', async () => {
  const system = fakeSystem()
  const keys = `export OPENAI_API_KEY='${SECRET}'\nOPENAI_BASE_URL=http://127.0.0.1:1/v1\n`
  const ran = await call(system, 'install --credentials --start --yes', { input: keys })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const files = filesOf(system)
  expect(files).toContain('/etc/systemd/system/echopilot-poll.service')
  expect(files).toContain('/etc/sysusers.d/echopilot.conf')
  // The key went by a pipe, and nowhere else.
  expect([...system.piped]).toEqual([['systemd-creds', SECRET]])
  expect(system.called.join('\n') + ran.stdout).not.toContain(SECRET)
  const credential = join(system.root, 'etc/credstore.encrypted/echopilot.openai_api_key')
  expect(statSync(credential).mode & 0o777).toBe(0o600)
  expect(system.called.at(-1)).toBe('systemctl start echopilot.target')
  const timers = Object.keys(SCHEDULE).map(job => `echopilot-${job}.timer`)
  const enabled = ['echopilot.target', ...timers, 'echopilot-serve.socket']
  expect(system.called).toContain(`systemctl enable --quiet ${enabled.join(' ')}`)

  const again = await call(system, 'install --yes')
  expect(again.stdout).toContain('0 files written, 0 credentials encrypted')
  expect(filesOf(system)).toEqual(files)
})

test('a changed unit is shown as a diff and mended, one of a job that is gone is stopped and taken away', async () => {
  const system = fakeSystem()
  expect((await call(system, 'install --yes')).code).toBe(0)
  const folder = join(system.root, 'etc/systemd/system')
  const poll = join(folder, 'echopilot-poll.timer')
  const text = readFileSync(poll, 'utf8')
  writeFileSync(poll, text.replace('AccuracySec=1s', 'AccuracySec=1h'))
  writeFileSync(join(folder, 'echopilot-gone.timer'), text)
  for (const name of ['echopilot.target.wants', 'echopilot-poll.service.d']) mkdirSync(join(folder, name))
  // Somebody else's, whatever its name.
  writeFileSync(join(folder, 'echopilot-mine.service'), '[Service]\nExecStart=/bin/true\n')
  const plan = await call(system, 'plan')
  expect(plan.stdout).toContain('changed /etc/systemd/system/echopilot-poll.timer\n')
  expect(plan.stdout).toMatch(/^\s*-AccuracySec=1h\n\s*\+AccuracySec=1s$/m)
  expect(plan.stdout).toContain('removed /etc/systemd/system/echopilot-gone.timer')
  expect((await call(system, 'install --yes')).code).toBe(0)
  expect(system.called).toContain('systemctl disable --now echopilot-gone.timer')
  expect(readFileSync(poll, 'utf8')).toBe(text)
  expect(existsSync(join(folder, 'echopilot-gone.timer'))).toBe(false)
  expect(existsSync(join(folder, 'echopilot-mine.service'))).toBe(true)
})

test('nothing is done that nobody confirmed, and each secret is asked for without being shown', async () => {
  const system = fakeSystem()
  const refused = await call(system, 'install')
  expect(refused.code).toBe(65)
  expect(filesOf(system)).toEqual([])
  const questions: string[] = []
  const hidden: unknown[] = []
  const ask: Ask = async (question, options) => {
    questions.push(question)
    hidden.push(options?.hidden ?? false)
    if (question.startsWith('OPENAI_API_KEY')) return SECRET
    return question.startsWith('Install') ? 'y' : ''
  }
  const ran = await call(system, 'install', { ask })
  expect(ran.code).toBe(0)
  expect(questions.at(-1)).toBe('Install that? [y/N] ')
  expect(new Set(hidden.slice(0, -1))).toEqual(new Set([true]))
  // What would be written was shown before.
  expect(ran.stderr).toContain('new /etc/systemd/system/echopilot.target')
  expect(ran.stdout).toContain('1 credential encrypted')
  expect((await call(system, 'uninstall')).code).toBe(65)
})

test('a secret in plain text is loaded as it is, until an encrypted one takes its place', async () => {
  const system = fakeSystem()
  mkdirSync(join(system.root, 'etc/credstore'), { recursive: true })
  writeFileSync(join(system.root, 'etc/credstore/echopilot.notion_token'), 'x', { mode: 0o600 })
  expect((await call(system, 'install --yes')).code).toBe(0)
  const service = join(system.root, 'etc/systemd/system/echopilot-poll.service')
  expect(readFileSync(service, 'utf8')).toContain('\nLoadCredential=notion_token:echopilot.notion_token\n')
  expect((await call(system, 'install --yes --credentials', { input: 'NOTION_TOKEN=ntn_x' })).code).toBe(0)
  expect(readFileSync(service, 'utf8')).toContain('\nLoadCredentialEncrypted=notion_token:')
})

test('uninstall stops all, removes what install made, and says what stays', async () => {
  const system = fakeSystem()
  expect((await call(system, 'install --yes --credentials', { input: 'NOTION_TOKEN=ntn_x' })).code).toBe(0)
  mkdirSync(join(system.root, 'var/lib/echopilot'), { recursive: true })
  writeFileSync(join(system.root, 'var/lib/echopilot/echopilot.db'), '')
  mkdirSync(join(system.root, 'var/lib/systemd/timers'), { recursive: true })
  writeFileSync(join(system.root, 'var/lib/systemd/timers/stamp-echopilot-replay.timer'), '')
  const ran = await call(system, 'uninstall --yes')
  expect(ran.code).toBe(0)
  expect(ran.stdout).toContain(
    'stays, for it cannot be made anew: /var/lib/echopilot, and the account echopilot',
  )
  expect(filesOf(system)).toEqual(['/var/lib/echopilot/echopilot.db'])
  const stopped = system.called.find(command => command.startsWith('systemctl disable --quiet --now')) ?? ''
  expect(stopped).toContain('echopilot-poll.timer')
  expect(stopped).toContain('echopilot-serve.socket')
})

test('uninstall repeated says that nothing is there, and drop-ins of the administrator stay', async () => {
  const system = fakeSystem()
  expect((await call(system, 'install --yes')).code).toBe(0)
  const dropIn = 'etc/systemd/system/echopilot-poll.service.d'
  mkdirSync(join(system.root, dropIn))
  const first = await call(system, 'uninstall --yes')
  expect(first.stdout).toContain(`stays, for it cannot be made anew: /${dropIn}, `)
  rmSync(join(system.root, dropIn), { recursive: true })
  system.called.length = 0
  const second = await call(system, 'uninstall')
  expect(second).toMatchObject({ code: 0, stdout: 'nothing is installed\n' })
  // An earlier one may have died before systemd was told.
  expect(system.called).toContain('systemctl daemon-reload')
})

test('what an install had begun when it was killed is gone after the next one', async () => {
  const system = fakeSystem()
  const begun = ['etc/systemd/system/echopilot-poll.service', 'etc/tmpfiles.d/echopilot.conf'].map(path =>
    join(system.root, `${path}.0123456789ab.tmp`),
  )
  for (const path of begun) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '[Un')
  }
  const other = join(system.root, 'etc/systemd/system/echopilot-poll.service.bak')
  writeFileSync(other, 'not ours')
  expect((await call(system, 'plan')).stdout).toContain('echopilot-poll.service.0123456789ab.tmp')
  expect((await call(system, 'install --yes')).code).toBe(0)
  expect(begun.filter(path => existsSync(path))).toEqual([])
  expect(existsSync(other)).toBe(true)
})

test('verify tells of units that systemd has not read since they were changed, and of drop-ins', async () => {
  const system = fakeSystem()
  expect((await call(system, 'install --yes')).code).toBe(0)
  const shown = 'LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nResult=success\n'
  system.answers.set('systemctl show', `${shown}NeedDaemonReload=yes\n`)
  const stale = (await call(system, 'verify')).stdout.replaceAll(/\s+/g, ' ')
  expect(stale).toContain('was changed, and systemd has not read it since fix: systemctl daemon-reload')
  system.answers.set('systemctl show', `${shown}NeedDaemonReload=no\nDropInPaths=/etc/x.conf\n`)
  expect((await call(system, 'verify')).stdout).toContain('; with /etc/x.conf')
})

test('verify tells of a Node that is gone, with which no unit can start', async () => {
  const system = fakeSystem()
  for (const path of ['opt/old/node', 'usr/bin/node', 'usr/local/bin/echopilot']) {
    mkdirSync(dirname(join(system.root, path)), { recursive: true })
    writeFileSync(join(system.root, path), '')
  }
  const host = { ...system.world.host, execPath: '/opt/old/node' }
  const old = { ...system, world: { ...system.world, host } }
  expect((await call(old, 'install --yes')).code).toBe(0)
  const told = async (): Promise<string> => (await call(system, 'verify')).stdout.replaceAll(/\s+/g, ' ')
  expect(await told()).toContain('echopilot-poll.service (different)')
  expect(await told()).not.toContain('not there any more')
  rmSync(join(system.root, 'opt/old/node'))
  expect(await told()).toContain('; they start /opt/old/node, which is not there any more')
  expect((await call(system, 'install --yes')).code).toBe(0)
  expect(await told()).toMatch(/units \d+ files as this program has them/)
})

test.each([
  ['is read-only', 'EROFS: read-only file system, open'],
  ['is full', 'ENOSPC: no space left on device, write'],
])('install on a disk that %s ends as a fault of files, and goes on where it ended', async (_, why) => {
  const system = fakeSystem()
  let room = 3
  const disk = system.world.files
  const files = {
    ...disk,
    writeText: (path: string, text: string, mode: number) => {
      if (room === 0)
        throw Object.assign(new Error(why), { code: why.slice(0, why.indexOf(':')), syscall: 'write' })
      room -= 1
      disk.writeText(path, text, mode)
    },
  }
  const poor = { ...system, world: { ...system.world, files } }
  const ran = await call(poor, 'install --yes --start')
  expect(ran).toMatchObject({ code: 74, stdout: '' })
  expect(ran.stderr).toContain(why)
  // Nothing is started of what is not all there.
  expect(system.called).toEqual([])
  room = 100
  expect((await call(poor, 'install --yes --start')).code).toBe(0)
  expect((await call(system, 'plan')).stdout).not.toMatch(/^(?:new|changed|removed) /m)
})

test('verify proves each part, and tells what is wrong with the fix', async () => {
  const system = fakeSystem()
  system.answers.set('getent', 'echopilot:x:999:999::/var/lib/echopilot:/usr/sbin/nologin\n')
  system.answers.set('stat --format=%U %a /var/lib/echopilot', 'echopilot 700\n')
  system.answers.set('stat --format=%U %a /etc/credstore.encrypted', 'root 600\n')
  system.answers.set('stat --format=%U %G %a /etc/echopilot/config.toml', 'root echopilot 640\n')
  const shown =
    'LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nResult=success\nExecMainStatus=0\n'
  system.answers.set('systemctl show', shown)
  expect((await call(system, 'install --yes --credentials', { input: 'NOTION_TOKEN=ntn_x' })).code).toBe(0)
  const good = await call(system, 'verify --json')
  expect(good).toMatchObject({ code: 0, stderr: '' })
  const outcomes = (text: string): string[] =>
    listOf(parseDocument(text), 'proofs').map(
      ({ subject, outcome }) => `${String(subject)}: ${String(outcome)}`,
    )
  expect(outcomes(good.stdout)).toEqual(
    expect.arrayContaining([
      'units: proved',
      'state: proved',
      'NOTION_TOKEN: proved',
      'OPENAI_API_KEY: not_proved',
      'echopilot-serve.socket: proved',
      'echopilot-poll.timer: proved',
      'echopilot-poll.service: not_proved',
    ]),
  )
  writeFileSync(join(system.root, 'etc/systemd/system/echopilot-poll.timer'), '')
  system.answers.set('systemctl show', shown.replace('success', 'exit-code').replace('=enabled', '=disabled'))
  system.answers.set('systemd-creds decrypt', null)
  system.answers.set('stat --format=%U %a /var/lib/echopilot', 'root 755\n')
  const bad = await call(system, 'verify --json')
  expect(bad.code).toBe(1)
  expect(outcomes(bad.stdout)).toEqual(
    expect.arrayContaining([
      'units: failed',
      'state: failed',
      'NOTION_TOKEN: failed',
      'echopilot.target: failed',
      'echopilot-serve.socket: failed',
      'echopilot-poll.timer: failed',
      'echopilot-poll.service: failed',
    ]),
  )
  const failed = listOf(parseDocument(bad.stdout), 'proofs').filter(({ outcome }) => outcome === 'failed')
  expect(failed.filter(({ fix }) => fix === null)).toEqual([])
})

test.each([
  ['another user', { user: 'ana' }, 77, 'sudo'],
  ['a Node in a home folder', { execPath: '/root/.nvm/node' }, 78, 'units see no home folders'],
  ['a path with a blank', { scriptPath: '/opt/my tools/echopilot' }, 78, 'no blanks'],
])('%s is refused before anything is done', async (_name, host, code, why) => {
  const system = fakeSystem(host)
  const ran = await call(system, 'install --yes')
  expect(ran.code).toBe(code)
  expect(ran.stderr).toContain(why)
  expect(filesOf(system)).toEqual([])
})

test('a program of the system that fails ends the command, with what it said', async () => {
  const system = fakeSystem()
  system.answers.set('systemctl daemon-reload', null)
  const ran = await call(system, 'install --yes')
  expect(ran).toMatchObject({ code: 69 })
  expect(ran.stderr).toContain('systemctl daemon-reload: it does not want to')
})
