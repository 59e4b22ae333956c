import type { Command } from '../../kernel/command.ts'
import { document, verbatim } from '../../kernel/document.ts'
import { choiceField } from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { bash } from './bash.ts'
import { completionsOf } from './candidates.ts'
import { fish } from './fish.ts'
import { zsh } from './zsh.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const SCRIPTS = { bash, zsh, fish } as const satisfies Record<(typeof SHELLS)[number], unknown>

const input = { shell: choiceField(SHELLS, 'for which shell') }

/** A completion script, made from the two lists: it knows every command, flag and choice, and starts nothing. */
export const completion: Command<CommandHost> = {
  path: ['completion'],
  summary: 'Print a completion script for a shell',
  examples: [
    { words: "echo 'source <(echopilot completion bash)' >> ~/.bashrc", does: 'for bash' },
    { words: 'completion zsh > /usr/local/share/zsh/site-functions/_echopilot', does: 'for zsh' },
    { words: 'completion fish > ~/.config/fish/completions/echopilot.fish', does: 'for fish' },
  ],
  input,
  positionals: ['shell'],
  run: async (host, raw) => {
    const { shell } = readInput(input, raw, 'echopilot help completion')
    const script = SCRIPTS[shell](completionsOf(await host.allEntries()))
    host.print({ shell, script }, () => document(verbatim(script)))
    return 'ok'
  },
}
