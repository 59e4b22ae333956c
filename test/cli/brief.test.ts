/** Where a brief comes from, and what is no brief. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKED, type Ended } from '../support/child.ts'
import { parseDocument } from '../support/document.ts'
import { errorOf, newHome, spawn, type Home } from './support/run.ts'

const TEXT = '# Über uns\n\nThree sentences, 日本語 and an emoji 🍎.\n'

/** What is piped in is piped into a process. */
async function add(home: Home, words: readonly string[], input?: string | Buffer): Promise<Ended> {
  const typed = ['task', 'add', ...words, '--json']
  return input === undefined ? home.run(...typed) : spawn(typed, { env: home.env, cwd: home.dir, input })
}

async function added(home: Home, words: readonly string[], input?: string): Promise<unknown> {
  const ran = await add(home, words, input)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return parseDocument(ran.stdout)
}

test('as text, piped in, and from a file it is the same brief', async () => {
  const home = newHome()
  writeFileSync(join(home.dir, 'brief.md'), TEXT)
  const typed = await added(home, [TEXT])
  expect(typed).toMatchObject({
    title: 'Über uns',
    briefCharacters: TEXT.length,
    type: 'Other',
    status: 'Queued',
  })
  const { briefDigest } = parseDocument(JSON.stringify(typed))
  expect(await added(home, ['-'], TEXT)).toMatchObject({ title: 'Über uns', briefDigest })
  expect(await added(home, ['--file', 'brief.md'])).toMatchObject({ title: 'Über uns', briefDigest })
  expect(await added(home, ['--file', join(home.dir, 'brief.md')])).toMatchObject({ briefDigest })
  const shown = await home.json('task', 'show', String(parseDocument(JSON.stringify(typed))['taskId']))
  expect(shown['brief']).toBe(TEXT)
})

test('a brief that looks like a flag follows --', async () => {
  const home = newHome()
  const ran = await home.run('task', 'add', '--json', '--', '--type is a flag')
  expect(parseDocument(ran.stdout)).toMatchObject({ title: 'type is a flag' })
})

test('a title is cut to a line, and can be given', async () => {
  const home = newHome()
  expect(await added(home, [`\n\n  > ${'word '.repeat(60)}`])).toMatchObject({
    title: `${'word '.repeat(15)}word…`,
  })
  expect(await added(home, ['Say hello.', '--title', ' Hello '])).toMatchObject({ title: 'Hello' })
})

test('what is no brief is refused as usage, and nothing is added', async () => {
  const home = newHome()
  mkdirSync(join(home.dir, 'folder'))
  writeFileSync(join(home.dir, 'nul.bin'), 'text\0text')
  writeFileSync(join(home.dir, 'empty.md'), ' \n\t\n')
  writeFileSync(join(home.dir, 'unseen.md'), '\u200b\u00a0\u2800\u3164\u202e')
  writeFileSync(join(home.dir, 'latin1.txt'), Buffer.from('Gäste', 'latin1'))
  writeFileSync(join(home.dir, 'utf16.txt'), Buffer.from('\ufeffGäste', 'utf16le'))
  const cases: readonly [words: readonly string[], message: RegExp, input?: string | Buffer][] = [
    [[], /^there is no brief$/],
    [[''], /^the brief is empty/],
    [['-'], /^the brief is empty/, ''],
    [['-'], /^the brief is not text: it holds NUL bytes$/, 'a\0b'],
    [['--file', 'empty.md'], /^the brief is empty/],
    [['\u200b\u3164'], /^the brief is empty/],
    [['--file', 'unseen.md'], /^the brief is empty/],
    [['brief', '--client', '\u2800'], /the name of the client is empty/],
    [['--file', 'nul.bin'], /NUL bytes/],
    [['--file', 'latin1.txt'], /^the brief is not UTF-8: byte 1 \(line 1\) is 0xe4$/],
    [['--file', 'utf16.txt'], /^the brief is UTF-16LE, not UTF-8$/],
    [['-'], /^standard input is not UTF-8: byte 1 /, Buffer.from('Gäste', 'latin1')],
    [['--file', 'folder'], /^the brief cannot be read: EISDIR/],
    [['text', '--file', 'empty.md'], /^the brief is given twice/],
    [['-', '--file', 'empty.md'], /^the brief is given twice/],
    [['-'], /^the brief has 5000001 characters, at most 5000000 are taken$/, 'x'.repeat(5_000_001)],
  ]
  for (const [words, message, input] of cases) {
    const ran = await add(home, words, input)
    expect(ran.code, String(message)).toBe(64)
    expect(errorOf(ran)['message']).toMatch(message)
    expect(errorOf(ran)['hint'], String(message)).toMatch(/./)
  }
  expect((await home.run('task', 'list')).stdout).toMatch(/^no tasks\n/)
})

test('words that are no UTF-8 are refused, for what they said is lost', async () => {
  const home = newHome()
  const typed = async (words: string): Promise<Ended> =>
    spawn([`exec "$0" "$1" ${words} --json`, process.execPath, PACKED], {
      env: home.env,
      program: ['/bin/sh', '-c'],
    })
  for (const words of [
    `task add "$(printf 'G\\344ste')"`,
    `task add text --client "$(printf 'G\\344ste')"`,
    `task return task_01k9zz8x7c --note "$(printf 'G\\344ste')"`,
  ]) {
    const ran = await typed(words)
    expect(ran.code, words).toBe(64)
    expect(errorOf(ran)['message']).toMatch(/^argument \d is not UTF-8, from its byte 1 on$/)
  }
  expect((await typed(`task add "$(printf 'G\\303\\244ste')"`)).code).toBe(0)
})

test('a mark at the start of a file is no part of the brief, and a name hides nothing', async () => {
  const home = newHome()
  writeFileSync(join(home.dir, 'marked.md'), `\ufeff${TEXT}`)
  const plain = await added(home, [TEXT])
  const { briefDigest } = parseDocument(JSON.stringify(plain))
  expect(await added(home, ['--file', 'marked.md'])).toMatchObject({ briefDigest, title: 'Über uns' })
  expect(await added(home, ['Pay \u202eeurt', '--client', 'Ac\u200bme\u3164'])).toMatchObject({
    title: 'Pay <U+202E>eurt',
    client: 'Ac<U+200B>me',
  })
  // What was asked for is kept as it came; only what is shown of it is made visible.
  const { taskId } = await home.json('task', 'add', 'a\u202eb')
  expect((await home.json('task', 'show', String(taskId)))['brief']).toBe('a\u202eb')
})
