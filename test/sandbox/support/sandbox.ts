/** All stand-ins in the test's own process: nothing to start, and code that earlier tests have warmed. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SANDBOX_SERVICES, type Sandbox } from '../../../src/sandbox/index.ts'
import { openSandboxServer } from '../../../src/sandbox/lib/server.ts'
import { GOOGLE_SERVICE } from '../../../src/sandbox/google/index.ts'
import { NOTION_SERVICE } from '../../../src/sandbox/notion/index.ts'
import { OPENAI_SERVICE } from '../../../src/sandbox/openai/index.ts'
import { PAYPAL_SERVICE } from '../../../src/sandbox/paypal/index.ts'
import { SMTP_SERVICE } from '../../../src/sandbox/smtp/index.ts'
import { STRIPE_SERVICE } from '../../../src/sandbox/stripe/index.ts'
import { TELEGRAM_SERVICE } from '../../../src/sandbox/telegram/index.ts'
import { WATCH_SERVICE } from '../../../src/sandbox/watch/index.ts'

const DEFINITIONS = {
  google: GOOGLE_SERVICE,
  notion: NOTION_SERVICE,
  openai: OPENAI_SERVICE,
  paypal: PAYPAL_SERVICE,
  smtp: SMTP_SERVICE,
  stripe: STRIPE_SERVICE,
  telegram: TELEGRAM_SERVICE,
  watch: WATCH_SERVICE,
}

/** Opens them on free ports and on databases in a folder, which is made; as `startSandbox` starts them as processes. */
export async function openSandbox(dir: string): Promise<Sandbox> {
  mkdirSync(dir, { recursive: true })
  const opened = await Promise.all(
    SANDBOX_SERVICES.map(async info => {
      const databaseFile = join(dir, `${info.name}.db`)
      const server = await openSandboxServer({ definition: DEFINITIONS[info.name], databaseFile, port: 0 })
      return { info, server, url: `http://127.0.0.1:${String(server.port)}` }
    }),
  )
  return {
    env: Object.fromEntries(
      opened.flatMap(({ info, url, server }) => Object.entries(info.env(url, server.besidePort))),
    ),
    services: opened.map(({ info: { name }, server: { port }, url }) => ({ name, port, url })),
    stop: async () => void (await Promise.all(opened.map(async ({ server }) => server.close()))),
  }
}
