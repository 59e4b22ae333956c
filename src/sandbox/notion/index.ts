/** The Notion stand-in: databases, data sources, pages, blocks, and a board for the person at the browser. */
import { dirname, join } from 'node:path'
import type { Database } from '../lib/db.ts'
import { bodyObject, stringOf } from '../lib/json.ts'
import type { Clock, Facets, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { gate, NOTION_FAULTS } from './access.ts'
import { boardRoutes } from './board/routes.ts'
import { blockRoutes } from './calls/blocks.ts'
import type { CallDeps } from './calls/call.ts'
import { commentRoutes } from './calls/comments.ts'
import { dataSourceRoutes } from './calls/data-sources.ts'
import { databaseRoutes } from './calls/databases.ts'
import { pageRoutes } from './calls/pages.ts'
import { searchRoutes } from './calls/search.ts'
import { userRoutes } from './calls/users.ts'
import { problemReply } from './errors.ts'
import { handRoutes } from './hand/routes.ts'
import { PRESETS } from './presets.ts'
import { panel, stateOf } from './panel.ts'
import { NOTION_SCHEMA } from './store/schema.ts'
import { openWorkspace } from './workspace.ts'

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
  const deps: CallDeps = { workspace, memory: { last: undefined }, now }
  return {
    routes: [
      ...userRoutes(deps),
      ...searchRoutes(deps),
      ...databaseRoutes(deps),
      ...dataSourceRoutes(deps),
      ...pageRoutes(deps),
      ...blockRoutes(deps),
      ...commentRoutes(deps),
    ],
    own: [...boardRoutes(deps, envFileOf(db)), ...handRoutes(deps)],
    callColumns: [],
    refuse: gate(workspace.settings, now),
    problem: problem => problemReply(problem),
    facets,
    state: () => stateOf(workspace),
    ledger: () => ({ rows: workspace.writes.rows() }),
    panel: () => panel(workspace),
    reset: () => {
      workspace.reset(now())
      deps.memory.last = undefined
    },
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
