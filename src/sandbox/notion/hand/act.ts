/** The person who works in Notion, as the author of a change. */
import type { SandboxRequest } from '../../lib/service.ts'
import { PERSON_USER_ID } from '../identity.ts'
import type { Act } from '../store/writes.ts'

/** A change by hand at `nowMs`. */
export function handAct(request: SandboxRequest, nowMs: number): Act {
  return { by: 'hand', userId: PERSON_USER_ID, method: request.method, path: request.path, nowMs }
}
