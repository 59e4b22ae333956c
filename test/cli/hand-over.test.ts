/** What root types where units are installed is run as they are. */
import { expect, test } from 'vitest'
import { callCli } from '../support/cli.ts'
import { fakeSystem } from '../commands/support/fake-system.ts'

/** A machine on which the units are installed. */
async function installed(env: Record<string, string> = {}) {
  const system = fakeSystem()
  expect((await callCli(['systemd', 'install', '--yes'], { world: system.world })).code).toBe(0)
  system.called.length = 0
  return { ...system, world: { ...system.world, host: { ...system.world.host, env } } }
}

test('an operation, a job and the set-up run as the account of the units, with their folders and credentials', async () => {
  const typed = [
    ['status', '--json'],
    ['--json', 'task', 'add', '-'],
    ['--job', 'poll'],
    ['init', '--parent', 'x'],
  ]
  for (const words of typed) {
    const system = await installed({ TERM: 'xterm', OPENAI_API_KEY: 'sk-canary', SUDO_USER: 'ana' })
    // It ends as the unit does.
    expect((await callCli(words, { world: system.world })).code, words.join(' ')).toBe(3)
    const [command = ''] = system.called
    expect(command).toMatch(/^systemd-run .*--wait --pty --pipe /)
    for (const property of [
      'User=echopilot',
      'StateDirectory=echopilot',
      'LoadCredentialEncrypted=openai_api_key:echopilot.openai_api_key',
    ]) {
      expect(command).toContain(` --property=${property} `)
    }
    expect(command).toContain('--setenv=TERM --setenv=ECHOPILOT_TYPED_BY -- /usr/bin/node')
    expect(command.endsWith(`/usr/local/bin/echopilot ${words.join(' ')}`)).toBe(true)
    expect(command).not.toContain('sk-canary')
  }
})

test('what sets up the machine, has a store of its own, or is typed by another user, runs where it is typed', async () => {
  const kept = [
    ['systemd', 'verify'],
    ['completion', 'bash'],
    ['config', 'init', '--dry-run'],
    ['task', 'add', '--help'],
    ['--state-dir', '/srv/other', 'task', 'list'],
  ]
  for (const words of kept) {
    const system = await installed()
    await callCli(words, { world: system.world })
    expect(
      system.called.filter(command => command.startsWith('systemd-run')),
      words.join(' '),
    ).toEqual([])
  }
  const { world, called } = await installed()
  const others = [
    { ...world, host: { ...world.host, user: 'ana' } },
    { ...world, host: { ...world.host, env: { ECHOPILOT_STATE_DIR: world.host.homeDir } } },
    { ...world, host: { ...world.host, env: { ECHOPILOT_TYPED_BY: 'root' } } },
    fakeSystem().world,
  ]
  for (const other of others) await callCli(['config', 'show'], { world: other })
  expect(called).toEqual([])
})

test('the wish to stop is handed on to the unit', async () => {
  const system = await installed()
  const stop = new AbortController()
  const begun = Promise.withResolvers<string>()
  const end = Promise.withResolvers<number>()
  const attach: (typeof system.world)['programs']['attach'] = async command => {
    begun.resolve(command.join(' '))
    return end.promise
  }
  const world = { ...system.world, programs: { ...system.world.programs, attach } }
  const ran = callCli(['poll', '--drain'], { world, stop: stop.signal })
  const unit = /--unit=(\S+)/.exec(await begun.promise)?.[1]
  stop.abort()
  end.resolve(143)
  expect((await ran).code).toBe(143)
  expect(system.called).toEqual([`systemctl kill --signal=SIGTERM ${String(unit)}`])
})

test('words reach the unit as they were typed, and the configuration that was asked for', async () => {
  const system = await installed({ ECHOPILOT_CONFIG: '/etc/other.toml' })
  await callCli(['task', 'add', 'costs $100, $HOME, ${PATH} and $$'], { world: system.world })
  const [command = ''] = system.called
  // systemd makes one of two, and takes what stands behind one for the name of a variable.
  expect(command).toContain('task add costs $$100, $$HOME, $${PATH} and $$$$')
  expect(command).toContain('--setenv=ECHOPILOT_CONFIG ')
})

test.each([
  [243, 'a credential cannot be read or decrypted'],
  [217, 'the account of the units is not there'],
  [210, 'status 210'],
])('where systemd ends with %i before the program begins, it is said why', async (exit, why) => {
  const system = await installed()
  const world = { ...system.world, programs: { ...system.world.programs, attach: async () => exit } }
  const ran = await callCli(['status'], { world })
  expect(ran.code).toBe(78)
  expect(ran.stderr).toContain(why)
  expect(ran.stderr).toMatch(/journalctl -b -u echopilot-typed-\w+\.service/)
})
