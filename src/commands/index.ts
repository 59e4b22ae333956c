import type { Command } from '../kernel/command.ts'
import type { CommandHost } from '../surfaces/cli/run.ts'
import { completion } from './completion/index.ts'
import { demo } from './demo/index.ts'
import { init } from './init/index.ts'
import { sandbox } from './sandbox/index.ts'

/** What never returns or talks to a terminal; a test compares it with the folders. */
export const COMMANDS: readonly Command<CommandHost>[] = [completion, demo, init, sandbox]
