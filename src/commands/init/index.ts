import { SERVICES } from '../../integrations/index.ts'
import type { Command } from '../../kernel/command.ts'
import { AppError, type Outcome } from '../../kernel/errors.ts'
import {
  command,
  document,
  facts,
  next,
  section,
  strong,
  type Document,
  type Words,
  words,
} from '../../kernel/document.ts'
import { flagField, type Field } from '../../kernel/field.ts'
import type { FlatInput } from '../../kernel/input.ts'
import { releaseOthers, releasedLines, type Released } from './release.ts'
import { defineOperation } from '../../operations/define.ts'
import type { SetUpDone, SetUpStep } from '../../roles/task-source.ts'
import { openCli, type CommandHost } from '../../surfaces/cli/host.ts'

/** Each service that is set up adds what it can be told. */
const SET_UPS = SERVICES.flatMap(({ setUp }) => (setUp === undefined ? [] : [setUp]))

const input: FlatInput = {
  ...Object.fromEntries(SET_UPS.flatMap(setUp => Object.entries<Field<unknown>>(setUp.input))),
  dryRun: flagField('tell what would be done, and do nothing'),
}

/** Finds or makes the databases, and remembers where they are. Repeating it finds them again. */
export const init: Command<CommandHost> = {
  path: ['init'],
  summary: 'Find or make the Notion databases, and remember where they are',
  examples: SET_UPS.flatMap(({ examples }) => examples),
  input,
  run: async (host, raw) => {
    const { session, call } = openCli(host.options, host)
    try {
      const { result } = await session.run(initialise, raw, { ...call, dryRun: raw['dryRun'] === true })
      return print(host, result)
    } finally {
      session.close()
    }
  },
}

/** The set-up itself; two at once would make each database twice. */
export const initialise = defineOperation({
  path: ['init'],
  summary: 'Find or make the Notion databases',
  input,
  needs: { settings: 'required', store: 'required', taskSource: 'required', services: 'optional' },
  access: 'write',
  exclusive: true,
  scope: 'operate',
  run: async (context, asked) => {
    const { taskSource } = context
    const released = asked['rebind'] === true ? await releaseOthers(context) : []
    if (taskSource === null && released.length > 0) {
      return { workspace: null, dryRun: context.dryRun, steps: [], released }
    }
    if (taskSource === null) {
      throw new AppError(
        'config',
        'NOTION_TOKEN is not set',
        'make an integration in Notion and set its token',
      )
    }
    return { ...(await taskSource.setUp(context, asked)), released }
  },
  render,
})

/** What was set up, and accounts that the store let go of. `workspace` is null where only that was asked for. */
interface InitDone extends Omit<SetUpDone, 'workspace'> {
  readonly workspace: string | null
  readonly released: readonly Released[]
}

function print(host: CommandHost, done: InitDone): Outcome {
  const blocked = done.steps.flatMap(requiredFaults)
  host.print(done, () => render(done))
  if (blocked.length === 0) return 'ok'
  throw new AppError(
    'config',
    `no work can be done: ${blocked.join('; ')}`,
    'rename or retype the property in Notion, or echopilot init --repair',
  )
}

function render({ workspace, dryRun, steps, released }: InitDone): Document {
  const lacking = (what: string, names: readonly string[]): string =>
    names.length === 0 ? '' : `\n${what}: ${names.join(', ')}`
  const repair: Words = steps.some(step => step.missing.length > 0)
    ? words`${command('init --repair')} adds what is missing, or `
    : ''
  return document(
    releasedLines(released, dryRun),
    section(
      `Notion workspace "${workspace}"`,
      facts(
        ...steps.map(step => {
          const faults = `${lacking('without', step.missing)}${lacking('of another type', step.wrongType)}`
          return [step.did, [strong(step.title), faults]] as const
        }),
      ),
    ),
    workspace === null
      ? null
      : next(
          dryRun
            ? 'the same without --dry-run'
            : words`${repair}tick Trigger on a row, then echopilot poll --drain`,
        ),
  )
}

function requiredFaults(step: SetUpStep): string[] {
  return step.key === 'queue' ? step.blocking.map(name => `${step.title} has no usable "${name}"`) : []
}
