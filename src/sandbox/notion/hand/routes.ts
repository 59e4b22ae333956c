/** The control routes for tests: rows and edits as a person makes them, the ledger of writes, the rate limit. */
import { bodyObject, stringOf, type JsonObject } from '../../lib/json.ts'
import type { Reply, Route, SandboxRequest } from '../../lib/service.ts'
import { appendBlocks } from '../blocks/write.ts'
import { handAct, type CallDeps } from '../call.ts'
import { invalid } from '../errors.ts'
import { changePage, pageOr404 } from '../pages/write.ts'
import { flagAt, idAt, numberAt, objectAt } from '../shape.ts'
import { propertiesOfPage } from '../show.ts'
import type { Workspace } from '../workspace.ts'
import type { Act } from '../writes.ts'
import { fromPlain } from './plain.ts'
import { addRows, paragraphs } from './rows.ts'

type HandWork = (workspace: Workspace, act: Act, given: JsonObject) => JsonObject

/** The routes. */
export function handRoutes({ workspace, now }: CallDeps): readonly Route[] {
  const posted = (path: string, work: HandWork): Route => ({
    method: 'POST',
    path: `/__sandbox/notion/${path}`,
    handle: request => ok(work(workspace, handAct(request, now()), jsonOf(request))),
  })
  return [
    posted('rows', addRows),
    posted('edit', edit),
    posted('settings', set),
    {
      method: 'GET',
      path: '/__sandbox/writes',
      handle: request => ok({ writes: workspace.writes.rows(request.query.get('page_id') ?? undefined) }),
    },
  ]
}

function ok(body: JsonObject): Reply {
  return { status: 200, body }
}

function jsonOf(request: SandboxRequest): JsonObject {
  const body = bodyObject(request.rawBody)
  if (body === undefined) throw invalid('The body must be a JSON object.')
  return body
}

/** `{page_id, values?, body?, in_trash?}`: plain values by property name, lines to add to the page, the trash. */
function edit(workspace: Workspace, act: Act, given: JsonObject): JsonObject {
  objectAt(given, 'body', ['page_id', 'values', 'body', 'in_trash'])
  const page = pageOr404(workspace, idAt(given['page_id'], 'body.page_id'))
  const trash = given['in_trash']
  if (given['values'] !== undefined || trash !== undefined) {
    const values = objectAt(given['values'] ?? {}, 'body.values')
    changePage(workspace, act, page, {
      ...(given['values'] === undefined
        ? {}
        : { properties: fromPlain(workspace, propertiesOfPage(workspace, page), values) }),
      ...(trash === undefined ? {} : { inTrash: flagAt(trash, 'body.in_trash', false) }),
    })
  }
  const lines = paragraphs(stringOf(given, 'body') ?? '')
  if (lines.length > 0) appendBlocks(workspace, act, page.id, lines)
  return { ok: true }
}

/** `{requests_per_second: 3}` sets the rate limit, null removes it. */
function set(workspace: Workspace, _act: Act, given: JsonObject): JsonObject {
  objectAt(given, 'body', ['requests_per_second'])
  const rate = given['requests_per_second']
  const number = rate === null ? null : numberAt(rate, 'body.requests_per_second')
  if (number !== null && number <= 0) throw invalid('body.requests_per_second should be above 0, or null.')
  workspace.limitRequests(number)
  return { requests_per_second: number }
}
