import { keysOf } from '../../../domain/keys-of.ts'
import { AppError } from '../../../kernel/errors.ts'
import { flagOf, readInput, type InputOf } from '../../../kernel/input.ts'
import { ServiceFailure } from '../../../kernel/service-failure.ts'
import type { ServiceCall, SetUpDone } from '../../../roles/task-source.ts'
import type { Store } from '../../../store/index.ts'
import type { Notion } from '../api/client.ts'
import { notionAddress } from '../ids.ts'
import type { DatabaseKey } from '../schema/schema.ts'
import { SET_UP_INPUT } from '../set-up-input.ts'
import { checkWorkspace } from './workspace.ts'
import { ADOPT_FLAGS } from './find-source.ts'
import { setUp } from './set-up.ts'

/** What the databases are found or made with. */
interface Unfurnished {
  readonly store: Store
  readonly api: Notion
  /** `notion.parent_page`; empty where it is not set. */
  readonly parentPage: string
  readonly call: ServiceCall
}

/**
 * Finds or makes the databases, binds the store to the workspace, and remembers where they are. Repeating it finds them
 * again; a dry run writes nothing.
 * @throws AppError `usage`, `config`, or `busy` where Notion does not answer for now
 */
export async function setUpNotion(
  { store, api, parentPage, call: { dryRun } }: Unfurnished,
  raw: Readonly<Record<string, unknown>>,
): Promise<SetUpDone> {
  const asked = readInput(SET_UP_INPUT, raw, 'echopilot help init')
  try {
    const workspace = await checkWorkspace(store, api, asked.rebind, dryRun)
    const steps = await setUp(api, {
      parentPageId: idOf('parent', asked.parent ?? (parentPage || undefined)),
      adopt: adopted(asked),
      known: asked.rebind ? [] : await store.notion.databases(),
      repair: asked.repair,
      dryRun,
    })
    if (!dryRun) await store.notion.saveDatabases(steps.flatMap(step => step.database ?? []))
    return { workspace, dryRun, steps }
  } catch (error) {
    throw error instanceof ServiceFailure ? asConfigError(error) : error
  }
}

/** What the operator can do, by class. A refusal here is nearly always a page that was not shared with us. */
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

function adopted(asked: InputOf<typeof SET_UP_INPUT>): Partial<Record<DatabaseKey, string>> {
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
