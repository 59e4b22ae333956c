import { z } from 'zod'
import type { Command } from '../../kernel/command.ts'
import { AppError } from '../../kernel/errors.ts'
import { fieldsOf } from '../../surfaces/cli/fields.ts'
import type { Entry } from '../../surfaces/cli/program.ts'
import type { CommandHost } from '../../surfaces/cli/run.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const input = z.object({ shell: z.enum(SHELLS).describe('for which shell') })

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
    const parsed = input.safeParse(raw)
    if (!parsed.success) throw new AppError('usage', `the shell is one of ${SHELLS.join(', ')}`)
    host.terminal.out(scriptFor(parsed.data.shell, host.entries))
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
  const table = followers(entries)
  switch (shell) {
    case 'bash':
      return bash(table)
    case 'zsh':
      return `#compdef echopilot\nautoload -U +X bashcompinit && bashcompinit\n${bash(table)}`
    case 'fish':
      return fish(table)
  }
}

function followers(entries: readonly Entry[]): Followers[] {
  const groups = [
    ...new Set(entries.filter(entry => entry.path.length > 1).map(entry => entry.path[0] ?? '')),
  ]
  return [
    { after: '', words: [...new Set(entries.map(entry => entry.path[0] ?? '')), 'help', ...GLOBAL_FLAGS] },
    ...groups.map(group => ({
      after: group,
      words: entries.filter(entry => entry.path[0] === group).map(entry => entry.path[1] ?? ''),
    })),
    ...entries.map(entry => ({ after: entry.path.join(' '), words: wordsOf(entry) })),
  ]
}

function wordsOf(entry: Entry): string[] {
  const fields = fieldsOf(entry.input)
  const positionals = entry.positionals ?? []
  const flags = fields.filter(field => !positionals.includes(field.name)).map(field => field.flag)
  const choices = fields.flatMap(field => (field.choices ?? []).filter(choice => /^\S+$/.test(choice)))
  return [...flags, ...(entry.changes ? ['--dry-run'] : []), ...choices, ...GLOBAL_FLAGS]
}

function bash(table: readonly Followers[]): string {
  const cases = table
    .toSorted((a, b) => b.after.length - a.after.length)
    .map(({ after, words }) => `    '${after}'${after === '' ? '' : '*'}) words='${words.join(' ')}' ;;`)
  return `_echopilot() {
  local words typed i
  typed=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) typed="\${typed:+$typed }\${COMP_WORDS[i]}" ;; esac
  done
  case "$typed" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _echopilot echopilot
`
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
