/** `echopilot sandbox` in one shell, its environment for another. */
import { join } from 'node:path'
import { listOf, parseDocument, partOf, type Document } from '../../support/document.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { start } from '../../cli/support/run.ts'

/** A sandbox as a user starts it. */
export interface Sandbox {
  readonly dir: string
  /** What it says to set, and a home. */
  readonly env: Readonly<Record<string, string>>
  /** The stand-in of OpenAI. */
  readonly url: string
  /** Its ledger: one row for each call that was billed. */
  ledger(): Promise<{ readonly rows: Document[]; readonly totals: Document }>
}

/** Starts it on free ports, in a folder that is gone when the test is over. */
export async function startedSandbox(): Promise<Sandbox> {
  const dir = temporaryFolder()
  const words = ['sandbox', '--port', '0', '--dir', join(dir, 'sandbox'), '--json']
  const child = start(words, { env: { HOME: dir }, cwd: dir })
  const document = parseDocument(await child.output(/\n\}\n$/))
  const env = Object.entries(partOf(document, 'env')).map(([name, value]) => [name, String(value)] as const)
  const openai = listOf(document, 'services').find(({ name }) => name === 'openai')
  const url = String(openai?.['url'])
  return {
    dir,
    env: { HOME: dir, ...Object.fromEntries(env) },
    url,
    ledger: async () => {
      const text = await (await fetch(`${url}/__sandbox/ledger`)).text()
      return { rows: listOf(parseDocument(text), 'rows'), totals: partOf(parseDocument(text), 'totals') }
    },
  }
}
