/** Completion scripts, read and asked by the shells they are for. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { OPERATIONS } from '../../src/operations/index.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { newHome, spawn } from './support/run.ts'

/** What a shell offers after the words, the last of which is the one under the cursor. */
type Ask = (script: string, words: readonly string[]) => Promise<string[]>

const SHELLS: readonly { readonly name: string; readonly path: string; readonly ask: Ask }[] = [
  { name: 'bash', path: '/bin/bash', ask: askBash },
  { name: 'zsh', path: '/usr/bin/zsh', ask: askZsh },
  { name: 'fish', path: '/usr/bin/fish', ask: askFish },
]

async function askBash(script: string, words: readonly string[]): Promise<string[]> {
  const asking = `source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
"$(complete -p echopilot | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`
  const lines = await linesOf(['/bin/bash', '--norc', '-c', asking, 'bash', script, 'echopilot', ...words])
  return lines.map(line => line.replaceAll('\\ ', ' '))
}

/** The functions that zsh's own completion system would bring say what they were given. */
async function askZsh(script: string, words: readonly string[]): Promise<string[]> {
  const asking = `compdef() { completes=$1 }
_describe() { print -rl -- "\${(@P)argv[-1]}" }
_files() { print -r -- 'a file' }
source "$1"; shift
words=("$@"); CURRENT=$#; $completes`
  const lines = await linesOf(['/usr/bin/zsh', '-f', '-c', asking, 'zsh', script, 'echopilot', ...words])
  return lines
    .map(line => line.replace(/(?<!\\):.*/, ''))
    .filter(word => word !== '' && word.startsWith(words.at(-1) ?? ''))
}

async function askFish(script: string, words: readonly string[]): Promise<string[]> {
  const asking = 'source $argv[1]; complete -C "$argv[2]"'
  const typed = ['echopilot', ...words].join(' ')
  const lines = await linesOf(['/usr/bin/fish', '--no-config', '-c', asking, script, typed])
  return lines.map(line => line.replace(/\t.*/, ''))
}

async function linesOf(program: readonly string[]): Promise<string[]> {
  const ran = await spawn([], { program, cwd: temporaryFolder() })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout.split('\n').slice(0, -1)
}

async function scriptFor(shell: string): Promise<string> {
  const ran = await newHome().run('completion', shell)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const file = join(temporaryFolder(), `completion.${shell}`)
  writeFileSync(file, ran.stdout)
  return file
}

const TASK = Object.keys(OPERATIONS)
  .filter(command => command.startsWith('task '))
  .map(command => command.slice('task '.length))
  .toSorted()
const TYPES = ['Data-transform', 'Drafting', 'Other', 'Research', 'Transcription']

const PLACES: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [['ta'], ['task']],
  [['task', ''], TASK],
  [
    ['task', 're'],
    ['retry', 'return'],
  ],
  [['--json', 'task', ''], TASK],
  [['--state-dir', '/tmp', 'task', ''], TASK],
  [['help', 'task', ''], TASK],
  [['help', 'do'], ['doctor']],
  [
    ['poll', '--d'],
    ['--drain', '--dry-run'],
  ],
  [['task', 'add', 'brief', '--due', '2026-12-31', '--prio'], ['--priority']],
  [['task', 'add', '--type', ''], TYPES],
  [['task', 'list', '--status', 'W'], ['Waiting Human']],
  [['completion', 'f'], ['fish']],
  [['sandbox', 'r'], ['reset']],
  [['tasks', ''], []],
]

test.for(SHELLS)(
  '$name offers commands, arguments, flags and choices',
  async ({ name, path, ask }, { skip }) => {
    skip(!existsSync(path), `not proved: no ${path}`)
    const script = await scriptFor(name)
    for (const [words, offered] of PLACES) {
      expect([words, (await ask(script, words)).toSorted()]).toEqual([words, offered])
    }
    expect(await ask(script, [''])).toEqual(expect.arrayContaining(['status', 'help', '--json']))
    // Where no one knows what follows, it is a file: bash and fish look for one, zsh says so.
    const files = name === 'zsh' ? ['a file'] : []
    expect(await ask(script, ['task', 'add', '--file', ''])).toEqual(files)
  },
)

test('for a machine the script is one document', async () => {
  const home = newHome()
  const text = (await home.run('completion', 'fish')).stdout
  expect(await home.json('completion', 'fish')).toEqual({
    schema: 'echopilot.completion/1',
    shell: 'fish',
    script: text,
  })
})
