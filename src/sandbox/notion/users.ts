/** /v1/users/me */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { route, type CallDeps } from './call.ts'
import { BOT_NAME, BOT_USER_ID, WORKSPACE_ID, WORKSPACE_NAME } from './identity.ts'

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

/** The route. */
export function userRoutes(deps: CallDeps): readonly Route[] {
  return [route(deps, 'GET', '/v1/users/me', () => BOT)]
}
