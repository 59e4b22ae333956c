import { ServiceFailure } from '../../../kernel/service-failure.ts'
import type { NotionRequest, SendNotion } from './request.ts'

/** Sends a request and reads its answer. */
export async function ask<T>(
  send: SendNotion,
  read: (json: unknown) => T | null,
  request: NotionRequest,
): Promise<T> {
  return usable(read(await send(request)), request.path)
}

/** An answer with a good status that is not Notion's, such as a proxy's page, is of no use. */
export function usable<T>(read: T | null, path: string): T {
  if (read !== null) return read
  throw new ServiceFailure(`Notion: unusable answer to ${path}`, {
    errorClass: 'transient',
    billed: 'unknown',
  })
}
