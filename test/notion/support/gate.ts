/** A gate before the Notion stand-in, behind which it is somebody else's workspace. */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { WORKSPACE_ID, WORKSPACE_NAME } from '../../../src/sandbox/notion/identity.ts'

/** What the other workspace is called. */
export const OTHER_WORKSPACE = { id: '5eed0000-ec40-4a11-8000-0000000000c1', name: 'Somebody else' }

/** Lets everything through, but for who the workspace is; closed when the test is over. */
export async function otherWorkspace(upstream: string): Promise<string> {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const body = await buffer(request)
      const answer = await fetch(upstream + (request.url ?? ''), {
        method: request.method ?? 'GET',
        headers: {
          authorization: request.headers.authorization ?? '',
          'notion-version': String(request.headers['notion-version']),
        },
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      })
      const text = await answer.text()
      const told = text
        .replaceAll(WORKSPACE_ID, OTHER_WORKSPACE.id)
        .replaceAll(WORKSPACE_NAME, OTHER_WORKSPACE.name)
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(told)
    }
    pass().catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    async () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const address = server.address()
  return `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`
}
