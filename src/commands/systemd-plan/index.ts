import type { Command } from '../../kernel/command.ts'
import {
  document,
  facts,
  line,
  next,
  section,
  state,
  verbatim,
  type Document,
} from '../../kernel/document.ts'
import { countText } from '../../kernel/text.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import {
  plannedCredentials,
  plannedFiles,
  type PlannedCredential,
  type PlannedFile,
} from '../systemd-units.ts'

/** What `systemd install` would do. */
export const systemdPlan: Command<CommandHost> = {
  path: ['systemd', 'plan'],
  summary: 'Show which files of systemd an install would write, as a diff; changes nothing',
  input: {},
  run: async host => {
    const plan = planOf(host)
    host.print(plan, () => planDocument(plan, host.flags.verbose === true))
    return 'ok'
  },
}

/** What is there, and what is wanted. */
export interface Plan {
  readonly files: readonly PlannedFile[]
  readonly credentials: readonly PlannedCredential[]
}

/** Reads what is there. @throws AppError `config` where units cannot start this program */
export function planOf({ options }: Pick<CommandHost, 'options'>): Plan {
  const credentials = plannedCredentials(options.world)
  return { files: plannedFiles(options, credentials), credentials }
}

/** The plan for a person; whole new files only where more is asked for. */
export function planDocument({ files, credentials }: Plan, verbose: boolean): Document {
  const changes = files.filter(({ change }) => change !== 'same')
  const same = files.length - changes.length
  return document(
    ...changes.flatMap(({ path, change, diff }) => [
      line`${state(change, change === 'removed' ? 'warn' : 'open')} ${path}`,
      change === 'changed' || verbose ? verbatim(diff.join('\n')) : null,
    ]),
    same === 0 ? null : `as they should be: ${countText(same, 'file')}`,
    section(
      'Credentials',
      facts(
        ...credentials.map(({ secret, kind, meaning }) => [secret, kind ?? `not set: ${meaning}`] as const),
      ),
    ),
    next(changes.length === 0 ? 'echopilot systemd verify' : 'echopilot systemd install'),
  )
}
