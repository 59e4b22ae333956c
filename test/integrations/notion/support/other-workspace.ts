import { WORKSPACE_ID, WORKSPACE_NAME } from '../../../../src/sandbox/notion/identity.ts'
import { openGate } from '../../../support/gate.ts'

/** What the other workspace is called. */
export const OTHER_WORKSPACE = { id: '5eed0000-ec40-4a11-8000-0000000000c1', name: 'Somebody else' }

/** The Notion stand-in in all but who the workspace is; closed when the test is over. */
export async function otherWorkspace(upstream: string): Promise<string> {
  const gate = await openGate(upstream, async (_, pass) => {
    const answer = await pass()
    const body = answer.body
      .replaceAll(WORKSPACE_ID, OTHER_WORKSPACE.id)
      .replaceAll(WORKSPACE_NAME, OTHER_WORKSPACE.name)
    return { ...answer, body }
  })
  return gate.url
}
