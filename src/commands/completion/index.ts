import type { Command } from '../../kernel/command.ts'
import { choiceField, type Field } from '../../kernel/field.ts'
import { flagOf, readInput } from '../../kernel/input.ts'
import type { Entry } from '../../surfaces/cli/program.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const input = { shell: choiceField(SHELLS, 'for which shell') }

/** A completion script, made from the two lists: it knows every command, flag and choice, and starts nothing. */
export const completion: Command<CommandHost> = {
  path: ['completion'],
  summary: 'Print a completion script for a shell',
  examples: [
    { words: 'completion bash > ~/.local/share/bash-completion/completions/echopilot', does: 'for bash' },
  ],
  input,
  positionals: ['shell'],
  run: async (host, raw) => {
    const { shell } = readInput(input, raw, 'echopilot help completion')
    host.terminal.out(scriptFor(shell, await host.allEntries()))
    return 'ok'
  },
}

const GLOBAL_FLAGS = [
  '--config',
  '--state-dir',
  '--json',
  '--quiet',
  '--verbose',
  '--no-input',
  '--yes',
  '--help',
]

/** Words that may follow the words typed so far. */
interface Followers {
  readonly after: string
  readonly words: readonly string[]
}

function scriptFor(shell: (typeof SHELLS)[number], entries: readonly Entry[]): string {
  switch (shell) {
    case 'bash':
      return bash(entries)
    case 'zsh':
      return `#compdef echopilot\nautoload -U +X bashcompinit && bashcompinit\n${bash(entries)}`
    case 'fish':
      return fish(followers(entries))
  }
}

function followers(entries: readonly Entry[]): Followers[] {
  const first = [...new Set(entries.map(entry => entry.path[0] ?? ''))]
  const groups = first.filter(word => entries.some(entry => entry.path.length > 1 && entry.path[0] === word))
  const below = groups.map(group => ({
    after: group,
    words: entries.filter(entry => entry.path[0] === group).map(entry => entry.path[1] ?? ''),
  }))
  return [
    { after: '', words: [...first, 'help', ...GLOBAL_FLAGS] },
    ...below,
    { after: 'help', words: first },
    ...below.map(({ after, words }) => ({ after: `help ${after}`, words })),
    ...entries.map(entry => ({ after: entry.path.join(' '), words: wordsOf(entry) })),
  ]
}

function wordsOf(entry: Entry): string[] {
  const fields = Object.entries(entry.input)
  const choices = fields.flatMap(([name, field]) => (isTyped(entry, name) ? (field.choices ?? []) : []))
  const flags = flaggedOf(entry).map(([name]) => flagOf(name))
  return [...choices, ...flags, ...(entry.changes ? ['--dry-run'] : []), ...GLOBAL_FLAGS]
}

/** What is given by a flag, with its name. */
function flaggedOf(entry: Entry): [string, Field<unknown>][] {
  return Object.entries(entry.input).filter(([name]) => !isTyped(entry, name))
}

/** Given without a flag. */
function isTyped(entry: Entry, name: string): boolean {
  return entry.positionals?.includes(name) === true
}

/** The values of flags that take one of a few. */
function valuesOf(entries: readonly Entry[]): Followers[] {
  return entries.flatMap(entry =>
    flaggedOf(entry).flatMap(([name, { choices }]) =>
      choices === null ? [] : [{ after: `${entry.path.join(' ')} ${flagOf(name)}`, words: choices }],
    ),
  )
}

function flagsWithValue(entries: readonly Entry[]): string[] {
  const valued = entries.flatMap(flaggedOf).filter(([, field]) => field.kind !== 'flag')
  return [...new Set(['--config', '--state-dir', ...valued.map(([name]) => flagOf(name))])]
}

/** Counts the words that are no flags and no values of flags; a flag's own value has only its choices, or files. */
function bash(entries: readonly Entry[]): string {
  const table = followers(entries).map(({ after, words }) =>
    entries.some(entry => entry.path.join(' ') === after)
      ? bashCase(`'${after}'|'${after} '*`, words)
      : bashCase(`'${after}'`, words),
  )
  const values = valuesOf(entries).map(({ after, words }) => bashCase(`'${after}'`, words))
  return `_echopilot() {
  local IFS=$'\\n' words='' typed='' flag='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    flag=''
    case "\${COMP_WORDS[i]}" in
      ${flagsWithValue(entries).join('|')}) flag="\${COMP_WORDS[i]}"; ((i += 1)) ;;
      -*) ;;
      *) typed="\${typed:+$typed }\${COMP_WORDS[i]}" ;;
    esac
  done
  if [[ -n $flag && $i -gt $COMP_CWORD ]]; then
    case "$typed $flag" in
${values.join('\n')}
    esac
  else
    case "$typed" in
${table.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  COMPREPLY=("\${COMPREPLY[@]// /\\\\ }")
}
complete -o default -F _echopilot echopilot
`
}

function bashCase(pattern: string, words: readonly string[]): string {
  return `      ${pattern}) words=$'${words.join(String.raw`\n`)}' ;;`
}

function fish(table: readonly Followers[]): string {
  const lines = table.map(({ after, words }) => {
    const condition =
      after === ''
        ? '__fish_use_subcommand'
        : after
            .split(' ')
            .map(word => `__fish_seen_subcommand_from ${word}`)
            .join('; and ')
    return `complete -c echopilot -n '${condition}' -a '${words.join(' ')}'`
  })
  return `${lines.join('\n')}\n`
}
