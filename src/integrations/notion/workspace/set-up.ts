import { createProperties, repairProperties, type RelationTargets } from '../schema/schema-json.ts'
import { matchSchema, unusableIn, type SchemaMatch } from '../schema/schema-match.ts'
import { NOTION_DATABASES, propertySpec, type DatabaseKey } from '../schema/schema.ts'
import type { Notion } from '../api/client.ts'
import { AppError } from '../../../kernel/errors.ts'
import type { SetUpStep } from '../../../roles/task-source.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import { findSource } from './find-source.ts'

/** What is asked for: where, and with what names. */
export interface SetUpRequest {
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
export async function setUp(api: Notion, request: SetUpRequest): Promise<SetUpStep[]> {
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
  const ids = idsOf(known)
  const before = matchSchema(key, await api.properties(dataSourceId), ids)
  const repair = repairProperties(key, before, targetsOf(done))
  const toRepair = request.repair && Object.keys(repair).length > 0
  if (!toRepair) return stepOf(key, 'found', before, databaseId, dataSourceId)
  if (request.dryRun) return stepOf(key, 'would repair', before, databaseId, dataSourceId)
  await api.changeProperties(dataSourceId, repair)
  const after = matchSchema(key, await api.properties(dataSourceId), ids)
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

/** Ids of the properties that were known before: a renamed column is still the same. */
function idsOf(database: NotionDatabase | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(database?.properties ?? {}).map(([key, property]) => [key, property.id]),
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
  const found: Readonly<Record<string, { id: string; name: string; type: string } | undefined>> = match.mapped
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, property]) =>
      property === undefined ? [] : [[key, { id: property.id, name: property.name, type: property.type }]],
    ),
  )
}
