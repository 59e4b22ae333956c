/** /v1/users */
import type { JsonObject } from '../../lib/json.ts'
import type { Route } from '../../lib/service.ts'
import { notFound } from '../errors.ts'
import { BOT_NAME, BOT_USER_ID, PERSON_USER_ID, WORKSPACE_ID, WORKSPACE_NAME } from '../identity.ts'
import { listAnswer, paged, pageRequestOf } from '../paging.ts'
import { pathId, route, type CallDeps } from './call.ts'

const BOT: JsonObject = {
  object: 'user',
  id: BOT_USER_ID,
  name: BOT_NAME,
  avatar_url: null,
  type: 'bot',
  bot: {
    owner: { type: 'workspace', workspace: true },
    workspace_name: WORKSPACE_NAME,
    workspace_id: WORKSPACE_ID,
    workspace_limits: { max_file_upload_size_in_bytes: 5_242_880 },
  },
}

const PERSON: JsonObject = {
  object: 'user',
  id: PERSON_USER_ID,
  name: 'Alex Operator',
  avatar_url: null,
  type: 'person',
  person: { email: 'alex@example.com', email_verified: true },
}

/** The routes. */
export function userRoutes(deps: CallDeps): readonly Route[] {
  return [
    route(deps, 'GET', '/v1/users/me', () => BOT),
    route(deps, 'GET', '/v1/users', ({ request }) => {
      const page = paged([PERSON, BOT], pageRequestOf(request.query), user => String(user['id']))
      return listAnswer('user', page.items, page.nextCursor)
    }),
    route(deps, 'GET', '/v1/users/{user_id}', call => {
      const id = pathId(call, 'user_id')
      const user = [PERSON, BOT].find(one => one['id'] === id)
      if (user === undefined) throw notFound('user', id)
      return user
    }),
  ]
}
