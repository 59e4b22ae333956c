/** What cannot be undone is confirmed: by --yes, or by the person at the terminal who was shown what would be done. */
import { expect, test } from 'vitest'
import { document } from '../../src/kernel/document.ts'
import { textField } from '../../src/kernel/field.ts'
import { defineOperation } from '../../src/operations/define.ts'
import { callCli } from '../support/cli.ts'
import { realWorld } from '../support/real-world.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** Calls an operation that erases a client, and tells what was erased and asked. */
async function erase(answer: string | null, ...flags: string[]) {
  const erased: string[] = []
  const asked: string[] = []
  const operation = defineOperation({
    path: ['client', 'erase'],
    summary: 'Erase a client',
    input: { name: textField('whom') },
    positionals: ['name'],
    needs: { store: 'required' },
    access: 'irreversible',
    scope: 'privacy',
    run: async ({ dryRun }, { name }) => {
      if (!dryRun) erased.push(name)
      return { dryRun, name }
    },
    render: ({ dryRun, name }) => document(`${dryRun ? 'would erase' : 'erased'} ${name}`),
  })
  const dir = temporaryFolder()
  const ran = await callCli(['client', 'erase', 'Acme', '--state-dir', dir, ...flags], {
    world: realWorld({ env: {}, cwd: dir, homeDir: dir }),
    operations: { 'client erase': async () => operation },
    ...(answer === null ? {} : { ask: async question => (asked.push(question), answer) }),
  })
  return { ...ran, erased, asked }
}

test.each(['y', 'Yes', ' yes '])('a person who saw the plan says %j', async answer => {
  const ran = await erase(answer)
  expect(ran).toMatchObject({
    code: 0,
    erased: ['Acme'],
    stdout: 'erased Acme\n',
    stderr: 'would erase Acme\n',
  })
  expect(ran.asked).toEqual(['This cannot be undone. Do it? [y/N] '])
})

test.each<[string, string | null, string[]]>([
  ['the person says no', 'no', []],
  ['the person presses enter, or goes', '', []],
  ['there is nobody to ask', null, []],
  ['nobody may be asked', 'y', ['--no-input']],
])('without a yes nothing is done: %s', async (_name, answer, flags) => {
  const ran = await erase(answer, ...flags)
  expect(ran).toMatchObject({ code: 65, erased: [], stdout: '' })
  expect(ran.stderr).toContain('client erase cannot be undone and was not confirmed: nothing was done')
  expect(ran.stderr).toContain('--yes')
  expect(ran.asked.length).toBe(answer === null || flags.length > 0 ? 0 : 1)
})

test('with --yes nobody is asked, nor for a plan', async () => {
  expect(await erase(null, '--yes', '--no-input')).toMatchObject({ code: 0, erased: ['Acme'] })
  expect(await erase('n', '--dry-run')).toMatchObject({ code: 0, erased: [], asked: [] })
})
