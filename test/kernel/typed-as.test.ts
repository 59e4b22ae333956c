/** Hints name the program as it was started. */
import { expect, test } from 'vitest'
import { asTyped, typedAs, withTyped } from '../../src/kernel/typed-as.ts'

test.each([
  [{ PATH: '/usr/bin:/usr/local/bin' }, '/usr/local/bin/echopilot', 'echopilot'],
  [{ PATH: '/usr/bin' }, '/opt/ep/bin/echopilot', '/opt/ep/bin/echopilot'],
  [{}, "/home/ana b's/bin/echopilot", String.raw`'/home/ana b'\''s/bin/echopilot'`],
  // A launcher by another name is found on the PATH by that name only.
  [{ PATH: '/usr/bin' }, '/usr/bin/ep', '/usr/bin/ep'],
  [
    { PATH: '/p/node_modules/.bin', npm_command: 'exec', npm_lifecycle_event: 'npx' },
    '/p/node_modules/.bin/echopilot',
    'npx echopilot',
  ],
  [
    { PATH: '/usr/bin', npm_command: 'run-script', npm_lifecycle_event: 'npx' },
    '/usr/bin/echopilot',
    'echopilot',
  ],
  [{}, '', 'echopilot'],
])('with %j and %j it is typed as %j', (env, scriptPath, typed) => {
  expect(typedAs({ env, scriptPath })).toBe(typed)
})

test.each([
  ['echopilot poll --drain, when the cap has room', '/x/ep poll --drain, when the cap has room'],
  ['use the other token, or echopilot init --rebind', 'use the other token, or /x/ep init --rebind'],
  ['try `echopilot config check`', 'try `/x/ep config check`'],
  ['echopilot --state-dir /s status', '/x/ep --state-dir /s status'],
  [
    'move /var/lib/echopilot or /usr/bin/echopilot away',
    'move /var/lib/echopilot or /usr/bin/echopilot away',
  ],
  ['the folder of echopilot, say', 'the folder of echopilot, say'],
])('%j is typed as %j', (text, typed) => {
  expect(asTyped(text, '/x/ep')).toBe(typed)
  expect(asTyped(text, 'echopilot')).toBe(text)
  expect(asTyped('echopilot help, or echopilot status', 'e', ' --config c')).toBe(
    'e help, or e --config c status',
  )
})

test.each([
  ['echopilot', ''],
  ['echopilot', ' --state-dir /s'],
  ['npx echopilot', ' --config c --state-dir /s'],
  ['/opt/ep/bin/echopilot', ' --state-dir /s'],
  ["'/home/my echopilot files/echopilot'", " --state-dir '/my echopilot state'"],
])('what is typed as %j with %j already stays', (program, places) => {
  const text = 'echopilot help task; echopilot poll --drain, or echopilot --json status'
  const typed = asTyped(text, program, places)
  expect(typed).toBe(
    `${program} help task; ${program}${places} poll --drain, or ${program}${places} --json status`,
  )
  expect(asTyped(typed, program, places)).toBe(typed)
})

test('in a result only what is a command is changed, not what somebody wrote', () => {
  const result = {
    title: 'echopilot poll',
    next: 'echopilot poll',
    list: [{ fix: 'echopilot doctor', detail: 'echopilot doctor' }],
    n: 1,
    no: null,
  }
  expect(withTyped(result, text => asTyped(text, 'npx echopilot'))).toEqual({
    title: 'echopilot poll',
    next: 'npx echopilot poll',
    list: [{ fix: 'npx echopilot doctor', detail: 'echopilot doctor' }],
    n: 1,
    no: null,
  })
})
