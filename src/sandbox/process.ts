/** The process of one stand-in: `node process.ts <service> <database> <port> <port beside>`, with an IPC channel to whoever started it. */
import { enableCompileCache } from 'node:module'
import type { ChildReport } from './child-report.ts'
import type { SandboxServer } from './lib/server.ts'
import type { ServiceDefinition } from './lib/service.ts'
import type { SandboxServiceName } from './services.ts'

const LOADERS: Readonly<Record<SandboxServiceName, () => Promise<ServiceDefinition>>> = {
  google: async () => (await import('./google/index.ts')).GOOGLE_SERVICE,
  notion: async () => (await import('./notion/index.ts')).NOTION_SERVICE,
  openai: async () => (await import('./openai/index.ts')).OPENAI_SERVICE,
  paypal: async () => (await import('./paypal/index.ts')).PAYPAL_SERVICE,
  smtp: async () => (await import('./smtp/index.ts')).SMTP_SERVICE,
  stripe: async () => (await import('./stripe/index.ts')).STRIPE_SERVICE,
  telegram: async () => (await import('./telegram/index.ts')).TELEGRAM_SERVICE,
  watch: async () => (await import('./watch/index.ts')).WATCH_SERVICE,
}

function isService(name: string): name is SandboxServiceName {
  return Object.hasOwn(LOADERS, name)
}

async function open(
  name: string,
  databaseFile: string,
  port: number,
  besidePort: number,
): Promise<SandboxServer> {
  if (!isService(name)) throw new Error(`no such service: ${name}`)
  const { openSandboxServer } = await import('./lib/server.ts')
  return openSandboxServer({ definition: await LOADERS[name](), databaseFile, port, besidePort })
}

async function reportOf(error: unknown): Promise<ChildReport> {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return { type: 'failed', kind: 'port-busy', message }
  const { isHeld } = await import('./lib/db.ts')
  return { type: 'failed', kind: isHeld(error) ? 'in-use' : 'failed', message }
}

async function tell(report: ChildReport): Promise<void> {
  await new Promise<void>(resolve => {
    if (process.connected && process.send !== undefined)
      process.send(report, undefined, undefined, () => resolve())
    else resolve()
  })
}

/** Ends with the parent: its channel closes when it stops us and also when it is killed, so no stand-in is ever orphaned. */
async function main(): Promise<void> {
  // Counts for what is imported from here on, which is nearly all.
  enableCompileCache()
  const [name = '', databaseFile = '', port = '', besidePort = ''] = process.argv.slice(2)
  // Ctrl-C reaches the whole terminal group; the program that uses us decides when it no longer needs us.
  process.on('SIGINT', () => undefined)
  const gone = new Promise<void>(resolve => {
    process.once('disconnect', resolve)
    process.once('SIGTERM', () => resolve())
  })
  try {
    const server = await open(name, databaseFile, Number(port), Number(besidePort))
    await tell({ type: 'listening', port: server.port, besidePort: server.besidePort })
    if (process.connected) await Promise.race([gone, server.stopAsked])
    await server.close()
    process.exit(0)
  } catch (error) {
    await tell(await reportOf(error))
    process.exit(1)
  }
}

// What goes wrong is told in there.
void main()
