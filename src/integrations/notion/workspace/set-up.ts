import { keysOf } from '../../../domain/keys-of.ts'
import { AppError } from '../../../kernel/errors.ts'
import { flagOf, readInput, type InputOf } from '../../../kernel/input.ts'
import { ServiceFailure } from '../../../kernel/service-failure.ts'
import type { ServiceCall, SetUpDone, SetUpStep } from '../../../roles/task-source.ts'
import type { Store } from '../../../store/index.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { Notion, NotionProperty } from '../api/client.ts'
import { notionAddress } from '../ids.ts'
import { createProperties, repairProperties, type RelationTargets } from '../schema/schema-json.ts'
import { matchSchema, unusableIn, type SchemaMatch } from '../schema/schema-match.ts'
import { NOTION_DATABASES, propertySpec, type DatabaseKey } from '../schema/schema.ts'
import { SET_UP_INPUT } from '../set-up-input.ts'
import { ADOPT_FLAGS, findSource } from './find-source.ts'
import { checkWorkspace } from './workspace.ts'

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
    const steps = await findOrMake(api, {
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

/** What is asked for: where, and with what names. */
interface SetUpRequest {
  readonly parentPageId: string | null
  /** Databases to adopt. */
  readonly adopt: Readonly<Partial<Record<DatabaseKey, string>>>
  readonly known: readonly NotionDatabase[]
  readonly repair: boolean
  readonly dryRun: boolean
}

/** Clients first, because relations need the database they lead to. */
const IN_ORDER: readonly DatabaseKey[] = ['clients', 'queue', 'log', 'jobLog', 'status', 'dsr']

/**
 * Finds our databases (those named, those known, those under the parent page with our title) and makes the
 * rest under the parent page. A crash leaves databases under the parent page, where the next run finds them.
 * @throws AppError `config` where one cannot be found and there is no page to make it under
 */
async function findOrMake(api: Notion, request: SetUpRequest): Promise<SetUpStep[]> {
  const children = request.parentPageId === null ? [] : await api.childDatabases(request.parentPageId)
  const steps: SetUpStep[] = []
  for (const key of IN_ORDER) {
    const id = placeOf(key, request, children)
    steps.push(id === null ? await make(api, key, request, steps) : await adopt(api, key, id, request, steps))
  }
  return steps
}

function placeOf(
  key: DatabaseKey,
  request: SetUpRequest,
  children: readonly { id: string; title: string }[],
): string | null {
  const { title } = NOTION_DATABASES[key]
  return (
    request.adopt[key] ??
    request.known.find(database => database.key === key)?.databaseId ??
    children.find(child => child.title === title)?.id ??
    null
  )
}

async function make(
  api: Notion,
  key: DatabaseKey,
  request: SetUpRequest,
  done: readonly SetUpStep[],
): Promise<SetUpStep> {
  const { title } = NOTION_DATABASES[key]
  if (request.parentPageId === null) {
    throw new AppError(
      'config',
      `there is no database "${title}" and no page to make it under`,
      'echopilot init --parent PAGE (a page that is shared with the integration)',
    )
  }
  if (request.dryRun) {
    return { key, title, did: 'would make', missing: [], wrongType: [], blocking: [], database: null }
  }
  const made = await api.createDatabase(request.parentPageId, title, createProperties(key, targetsOf(done)))
  const match = matchSchema(key, await api.properties(made.dataSourceId))
  return stepOf(key, 'made', match, made.databaseId, made.dataSourceId)
}

async function adopt(
  api: Notion,
  key: DatabaseKey,
  id: string,
  request: SetUpRequest,
  done: readonly SetUpStep[],
): Promise<SetUpStep> {
  const known = request.known.find(database => database.key === key)
  const { databaseId, dataSourceId } = await findSource(api, key, id, known?.dataSourceId ?? null)
  refuseTaken(key, dataSourceId, done)
  const before = matchSchema(key, await api.properties(dataSourceId), known?.properties)
  const repair = repairProperties(key, before, targetsOf(done))
  const toRepair = request.repair && Object.keys(repair).length > 0
  if (!toRepair) return stepOf(key, 'found', before, databaseId, dataSourceId)
  if (request.dryRun) return stepOf(key, 'would repair', before, databaseId, dataSourceId)
  await api.changeProperties(dataSourceId, repair)
  const after = matchSchema(key, await api.properties(dataSourceId), known?.properties)
  return stepOf(key, 'repaired', after, databaseId, dataSourceId)
}

/** One data source given for two of ours: what is written as one would spoil the other. */
function refuseTaken(key: DatabaseKey, dataSourceId: string, done: readonly SetUpStep[]): void {
  const other = done.find(step => step.database?.dataSourceId === dataSourceId)
  if (other === undefined) return
  const { title } = NOTION_DATABASES[key]
  throw new AppError(
    'config',
    `the data source ${dataSourceId} is already used as "${other.title}", and cannot be "${title}" too`,
    `name another for "${title}"`,
  )
}

function targetsOf(done: readonly SetUpStep[]): RelationTargets {
  return Object.fromEntries(
    done.flatMap(step => (step.database === null ? [] : [[step.key, step.database.dataSourceId]])),
  )
}

function stepOf<D extends DatabaseKey>(
  key: D,
  did: SetUpStep['did'],
  match: SchemaMatch<D>,
  databaseId: string,
  dataSourceId: string,
): SetUpStep {
  return {
    key,
    title: NOTION_DATABASES[key].title,
    did,
    missing: match.missing.map(property => propertySpec(key, property).name),
    wrongType: match.wrongType.map(wrong => propertySpec(key, wrong.key).name),
    blocking: unusableIn(key, match)
      .filter(spec => spec.required === true)
      .map(spec => spec.name),
    database: { key, databaseId, dataSourceId, properties: propertiesOf(match) },
  }
}

function propertiesOf<D extends DatabaseKey>(match: SchemaMatch<D>): NotionDatabase['properties'] {
  const found = Object.entries<NotionProperty | undefined>(match.mapped)
  return Object.fromEntries(
    found.flatMap(([key, property]) =>
      property === undefined ? [] : [[key, { id: property.id, name: property.name, type: property.type }]],
    ),
  )
}
