/** Secrets: where they are looked for, in which order, and what is refused. */
import { expect, test } from 'vitest'
import { readSecret } from '../../src/settings/secrets.ts'
import { machine, type FileSpec } from './support/machine.ts'

const CONFIG = '/etc/echopilot/config.toml'
const BESIDE = '/etc/echopilot/secrets/openai_api_key'

function read(files: Readonly<Record<string, FileSpec>>, env: Readonly<Record<string, string>>) {
  return readSecret(machine(files, env), CONFIG, 'OPENAI_API_KEY')
}

const FILES = {
  '/run/credentials/openai_api_key': 'from-systemd\n',
  '/named': ' from-named \n',
  [BESIDE]: 'from-beside',
}
const ENV = {
  CREDENTIALS_DIRECTORY: '/run/credentials',
  OPENAI_API_KEY_FILE: '/named',
  OPENAI_API_KEY: 'from-env',
}

test('systemd’s credential, then the named file, then the variable, then the file beside the configuration', () => {
  expect(read(FILES, ENV)).toEqual({
    value: 'from-systemd',
    origin: 'systemd credential /run/credentials/openai_api_key',
  })
  const { CREDENTIALS_DIRECTORY: _first, ...second } = ENV
  expect(read(FILES, second)).toEqual({ value: 'from-named', origin: 'file /named' })
  const { OPENAI_API_KEY_FILE: _second, ...third } = second
  expect(read(FILES, third)).toEqual({ value: 'from-env', origin: 'environment OPENAI_API_KEY' })
  expect(read(FILES, {})).toEqual({ value: 'from-beside', origin: `file ${BESIDE}` })
  expect(read({}, {})).toBeNull()
})

test('a place that has none, or an empty one, is passed over', () => {
  const files = { ...FILES, '/run/credentials/openai_api_key': '  \n' }
  expect(read(files, { ...ENV, OPENAI_API_KEY_FILE: '' })).toMatchObject({ value: 'from-env' })
  expect(read({ [BESIDE]: 'x' }, { CREDENTIALS_DIRECTORY: '/elsewhere', OPENAI_API_KEY: ' ' })).toMatchObject(
    { value: 'x' },
  )
  expect(read({ [BESIDE]: '\n' }, {})).toBeNull()
})

test('a file that was named must be there and hold something', () => {
  const message = /^OPENAI_API_KEY_FILE names \/named, which is not there or empty$/
  expect(() => read({}, ENV)).toThrow(message)
  expect(() => read({ '/named': ' \n' }, { OPENAI_API_KEY_FILE: '/named', OPENAI_API_KEY: 'x' })).toThrow(
    message,
  )
})

test.each([0o640, 0o604, 0o660, 0o601, 0o644])('beside the configuration mode %o is refused', mode => {
  expect(() => read({ [BESIDE]: { text: 'x', mode } }, {})).toThrow(
    `the secret ${BESIDE} can be read by others (mode 0${mode.toString(8)})`,
  )
  // Its mode is no matter where it is not needed.
  expect(read({ [BESIDE]: { text: 'x', mode } }, { OPENAI_API_KEY: 'y' })).toMatchObject({ value: 'y' })
})

test.each([0o600, 0o400, 0o700])('beside the configuration mode %o is private enough', mode => {
  expect(read({ [BESIDE]: { text: 'x', mode } }, {})).toMatchObject({ value: 'x' })
})

test('modes of systemd’s and named files are the business of who put them there', () => {
  const loose = { text: 'x', mode: 0o444 }
  expect(read({ '/c/openai_api_key': loose }, { CREDENTIALS_DIRECTORY: '/c' })).toMatchObject({ value: 'x' })
  expect(read({ '/named': loose }, { OPENAI_API_KEY_FILE: '/named' })).toMatchObject({ value: 'x' })
})

test('a file that cannot be read says so', () => {
  expect(() => read({ [BESIDE]: { broken: 'EISDIR: a folder' } }, {})).toThrow(
    `the secret ${BESIDE} cannot be read: EISDIR: a folder`,
  )
})

test.each([
  ['cut short by who showed it', 'sk-abc…xyz'],
  ['of two lines', 'sk-abc\nsk-xyz'],
  ['with a blank', 'Bearer sk-abc'],
  ['with a mark that cannot be seen', '\u200bsk-abc'],
])('a key %s is refused where it is, and not shown', (_what, key) => {
  const found = (): unknown => read({ '/named': key }, { OPENAI_API_KEY_FILE: '/named' })
  expect(found).toThrow(/^the secret of file \/named holds a character that no key has/)
  expect(found).not.toThrow(/abc/)
})
