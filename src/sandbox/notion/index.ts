/**
 * The Notion stand-in: the calls that EchoPilot makes (`databases/`, `pages/`, `blocks/`, `query/`, with the values of
 * `properties/`), the person who works in Notion (`hand/` for tests, `board/` for the browser), and no more: what
 * Notion would take besides is refused openly. Where it has a limit or asks for something, so does the stand-in.
 */
import { dirname, join } from 'node:path'
import type { Database } from '../lib/db.ts'
import { bodyObject, stringOf } from '../lib/json.ts'
import type { Clock, Facets, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { accessCheck } from './access.ts'
import { blockRoutes } from './blocks/routes.ts'
import { boardRoutes } from './board/routes.ts'
import type { CallDeps } from './call.ts'
import { dataSourceRoutes } from './databases/data-sources.ts'
import { databaseRoutes } from './databases/databases.ts'
import { problemReply } from './errors.ts'
import { NOTION_FAULTS, PRESETS } from './faults.ts'
import { handRoutes } from './hand/routes.ts'
import { pageRoutes } from './pages/routes.ts'
import { figures, stateOf } from './panel.ts'
import { userRoutes } from './users.ts'
import { NOTION_SCHEMA, openWorkspace } from './workspace.ts'

/** Notion's own limit on a request. */
const MOST_BYTES = 500 * 1024

/** The Notion stand-in. */
export const NOTION_SERVICE: ServiceDefinition = {
  name: 'notion',
  title: 'Notion',
  subtitle: 'Databases, pages and blocks of API version 2025-09-03',
  schema: NOTION_SCHEMA,
  bodyLimitBytes: MOST_BYTES,
  faultTypes: NOTION_FAULTS,
  presets: PRESETS,
  open: openService,
}

function openService(db: Database, now: Clock): Service {
  const workspace = openWorkspace(db, now())
  const deps: CallDeps = { workspace, now }
  return {
    routes: [
      ...userRoutes(deps),
      ...databaseRoutes(deps),
      ...dataSourceRoutes(deps),
      ...pageRoutes(deps),
      ...blockRoutes(deps),
    ],
    own: [...boardRoutes(deps, envFileOf(db)), ...handRoutes(deps)],
    refuse: accessCheck(workspace, now),
    problem: problem => problemReply(problem),
    facets,
    state: () => stateOf(workspace),
    ledger: () => ({ rows: workspace.writes.rows() }),
    figures: () => figures(workspace),
    reset: () => workspace.reset(now()),
  }
}

/** Where the command that runs the sandbox keeps its environment: beside the folder of the databases. */
function envFileOf(db: Database): string {
  return join(dirname(dirname(db.name)), 'env.sh')
}

/** The kind says what a call is about (`pages`, `blocks`, `query`, …); the type of a parent is of no use to faults. */
function facets(request: SandboxRequest): Facets {
  const [, version, object = '', , action] = request.path.split('/')
  if (version !== 'v1' || object === '') return {}
  if (action === 'query' || action === 'children') return { kind: action }
  const parent = bodyObject(request.rawBody)?.['parent']
  const isRow =
    typeof parent === 'object' && parent !== null && stringOf({ ...parent }, 'data_source_id') !== undefined
  return { kind: object === 'pages' && request.method === 'POST' && isRow ? 'row' : object }
}
