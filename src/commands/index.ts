import type { Command } from '../kernel/command.ts'
import type { CommandHost } from '../surfaces/cli/run.ts'

/** What never returns or talks to a terminal; a test compares it with the folders. */
export const COMMANDS: readonly Command<CommandHost>[] = []
