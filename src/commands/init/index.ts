import { keysOf } from '../../domain/keys-of.ts'
import type { DatabaseKey } from '../../integrations/notion/schema/schema.ts'
import { notionAddress } from '../../integrations/notion/ids.ts'
import { checkWorkspace } from '../../integrations/notion/workspace/account.ts'
import type { Command } from '../../kernel/command.ts'
import { AppError, type Outcome } from '../../kernel/errors.ts'
import { flagField, optional, textField } from '../../kernel/field.ts'
import { flagOf, readInput, type InputOf } from '../../kernel/input.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import {
  command,
  document,
  facts,
  next,
  section,
  strong,
  type Document,
  type Words,
} from '../../kernel/document.ts'
import { defineOperation, type AnyOperation } from '../../operations/define.ts'
import { ADOPT_FLAGS } from '../../integrations/notion/workspace/find-source.ts'
import { setUp, type SetUpStep } from '../../integrations/notion/workspace/set-up.ts'
import { openSession } from '../../session/index.ts'
import { sessionOptions, type CommandHost } from '../../surfaces/cli/host.ts'

const input = {
  parent: optional(
    textField('page to make the databases under: id or address; notion.parent_page if left out'),
  ),
  queue: optional(textField('an Automation Queue that is there already')),
  clients: optional(textField('a Clients database that is there already')),
  automationLog: optional(textField('an Automation Log that is there already')),
  jobLog: optional(textField('a Job Log that is there already')),
  statusBoard: optional(textField('a Status database that is there already')),
  dsr: optional(textField('a DSR Requests database that is there already')),
  repair: flagField('add properties that are missing'),
  rebind: flagField('this store now belongs to the workspace of the token'),
  dryRun: flagField('tell what would be done, and do nothing'),
}

/** Finds or makes the databases, and remembers where they are. Repeating it finds them again. */
export const init: Command<CommandHost> = {
  path: ['init'],
  summary: 'Find or make the Notion databases, and remember where they are',
  examples: [
    { words: 'init --parent https://www.notion.so/EchoPilot-0123…', does: 'make all six under a page' },
    { words: 'init --queue 0123… --repair', does: 'adopt a queue, and add what it lacks' },
  ],
  input,
  run: async (host, raw) => {
    const asked = readInput(input, raw, 'echopilot help init')
    const session = openSession(sessionOptions({ ...host.options, terminal: host.terminal }, host.flags))
    try {
      const done = Promise.withResolvers<Initialised>()
      await session.run(initialise(asked, done.resolve), {}, { dryRun: asked.dryRun })
      return print(host, await done.promise)
    } finally {
      session.close()
    }
  },
}

interface Initialised {
  readonly workspace: string
  readonly dryRun: boolean
  readonly steps: readonly SetUpStep[]
}

function initialise(asked: InputOf<typeof input>, tell: (done: Initialised) => void): AnyOperation {
  return defineOperation({
    path: ['init'],
    summary: 'Find or make the Notion databases',
    input: {},
    needs: { settings: 'required', store: 'required', notion: 'required' },
    access: 'write',
    scope: 'operate',
    run: async ({ settings, store, notion, dryRun }) => {
      if (notion === null) {
        throw new AppError(
          'config',
          'NOTION_TOKEN is not set',
          'make an integration in Notion and set its token',
        )
      }
      try {
        const workspace = await checkWorkspace(store, notion, asked.rebind, dryRun)
        const steps = await setUp(notion, {
          parentPageId: idOf('parent', asked.parent ?? (settings.settings.notion.parent_page || undefined)),
          adopt: adopted(asked),
          known: asked.rebind ? [] : await store.notion.databases(),
          repair: asked.repair,
          dryRun,
        })
        if (!dryRun) await store.notion.saveDatabases(steps.flatMap(step => step.database ?? []))
        tell({ workspace, dryRun, steps })
        return {}
      } catch (error) {
        throw error instanceof ServiceFailure ? asConfigError(error) : error
      }
    },
    render: () => document(),
  })
}

/** What to mend, by class. What Notion refuses here is nearly always a page that was not shared with us. */
const MENDING = {
  transient: 'check the network and notion.base_url',
  throttled: 'wait a minute',
  credential: 'check NOTION_TOKEN',
  permanent: 'share the page with the integration (••• → Connections)',
} as const satisfies Record<ServiceFailure['errorClass'], string>

function asConfigError(failure: ServiceFailure): AppError {
  const { errorClass, message } = failure
  const kind = errorClass === 'transient' || errorClass === 'throttled' ? 'busy' : 'config'
  return new AppError(
    kind,
    message.startsWith('Notion') ? message : `Notion: ${message}`,
    `${failure.fix ?? MENDING[errorClass]}, then run the same command again`,
    failure,
  )
}

function adopted(asked: InputOf<typeof input>): Partial<Record<DatabaseKey, string>> {
  return Object.fromEntries(
    keysOf(ADOPT_FLAGS).flatMap(key => {
      const id = idOf(ADOPT_FLAGS[key], asked[ADOPT_FLAGS[key]])
      return id === null ? [] : [[key, id]]
    }),
  )
}

function idOf(flag: string, text: string | undefined): string | null {
  if (text === undefined) return null
  const { place, peek } = notionAddress(text)
  // The address of a database with a row open beside it names the database; as a parent it names the row.
  const id = flag === 'parent' ? (peek ?? place) : (place ?? peek)
  if (id !== null) return id
  throw new AppError(
    'usage',
    `${flagOf(flag)}: "${text}" holds no id of Notion`,
    'copy the address of the page from Notion',
  )
}

function print(host: CommandHost, done: Initialised): Outcome {
  const blocked = done.steps.flatMap(requiredFaults)
  host.print(done, () => render(done))
  if (blocked.length === 0) return 'ok'
  throw new AppError(
    'config',
    `no work can be done: ${blocked.join('; ')}`,
    'rename or retype the property in Notion, or echopilot init --repair',
  )
}

function render({ workspace, dryRun, steps }: Initialised): Document {
  const lacking = (what: string, names: readonly string[]): string =>
    names.length === 0 ? '' : `\n${what}: ${names.join(', ')}`
  const repair: Words = steps.some(step => step.missing.length > 0)
    ? [command('init --repair'), ' adds what is missing, or ']
    : ''
  return document(
    section(
      `Notion workspace "${workspace}"`,
      facts(
        ...steps.map(step => {
          const faults = `${lacking('without', step.missing)}${lacking('of another type', step.wrongType)}`
          return [step.did, [strong(step.title), faults]] as const
        }),
      ),
    ),
    next(
      dryRun
        ? 'the same without --dry-run'
        : [repair, 'tick Trigger on a row, then ', command('poll --drain')],
    ),
  )
}

function requiredFaults(step: SetUpStep): string[] {
  return step.key === 'queue' ? step.blocking.map(name => `${step.title} has no usable "${name}"`) : []
}
