/** Completion scripts, sourced by the shells they are for. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newHome, run } from './support/run.ts'

/** What bash completes after the words; the last one is the one under the cursor. */
async function complete(script: string, words: readonly string[]): Promise<string[]> {
  const asked = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
"$(complete -p echopilot | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`
  const ran = await run([], { program: ['/bin/bash', '--norc', '-c', asked, 'bash', 'echopilot', ...words] })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout.split('\n').slice(0, -1)
}

test('bash completes commands, flags and choices', async () => {
  const ran = await newHome().run('completion', 'bash')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const at = async (...words: readonly string[]): Promise<string[]> => complete(ran.stdout, words)
  const task = ['add', 'approve', 'cancel', 'list', 'open', 'retry', 'return', 'show']
  expect(await at('task', '')).toEqual(task)
  expect(await at('task', 're')).toEqual(['retry', 'return'])
  expect(await at('ta')).toEqual(['task'])
  expect(await at('--json', 'task', '')).toEqual(task)
  expect(await at('--state-dir', '/tmp', 'task', '')).toEqual(task)
  expect(await at('help', 'task', '')).toEqual(task)
  expect(await at('help', 'do')).toEqual(['doctor'])
  expect(await at('poll', '--d')).toEqual(['--drain', '--dry-run'])
  expect(await at('task', 'add', 'a brief', '--due', '2026-12-31', '--pri')).toEqual(['--priority'])
  expect(await at('task', 'add', '--type', '')).toEqual([
    'Research',
    'Drafting',
    'Data-transform',
    'Transcription',
    'Other',
  ])
  expect(await at('task', 'list', '--status', 'W')).toEqual([String.raw`Waiting\ Human`])
  expect(await at('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
  expect(await at('sandbox', 'r')).toEqual(['reset'])
  // Then bash goes on with file names.
  expect(await at('task', 'add', '--file', '')).toEqual([])
  expect(await at('tasks', '')).toEqual([])
  expect(await at('')).toContain('status')
})

test('zsh can read its script', async ({ skip }) =>
  expectReadable(await scriptFor('zsh'), '/usr/bin/zsh', ['-n'], skip))

test('fish can read its script', async ({ skip }) =>
  expectReadable(await scriptFor('fish'), '/usr/bin/fish', ['--no-execute'], skip))

async function scriptFor(shell: string): Promise<string> {
  const ran = await newHome().run('completion', shell)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toContain('echopilot')
  return ran.stdout
}

async function expectReadable(
  text: string,
  path: string,
  flags: readonly string[],
  skip: (condition: boolean, note: string) => void,
): Promise<void> {
  skip(!existsSync(path), `not proved: no ${path}`)
  const ran = await run(['/dev/stdin'], { program: [path, ...flags], input: text })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
}
