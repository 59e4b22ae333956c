/** Starting all the stand-ins. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild, type Child, type ChildExit } from './child.ts'
import {
  databaseName,
  SANDBOX_SERVICES,
  type SandboxServiceInfo,
  type SandboxServiceName,
} from './services.ts'

/** Where and what to start. */
export interface StartSandboxOptions {
  /** The folder of the databases; made when missing, kept afterwards. */
  readonly dir: string
  /** 0: any free port each; else each listens on basePort + its offset. */
  readonly basePort: number
  /** Default: all. */
  readonly services?: readonly SandboxServiceName[]
  /** The Node executable to run them on (`process.execPath` of the caller). */
  readonly nodePath: string
  /** Called when a stand-in ends without being stopped. */
  readonly onExit?: (how: ChildExit) => void
}

/** A stand-in that listens on 127.0.0.1. */
interface RunningService {
  readonly name: SandboxServiceName
  readonly port: number
  readonly url: string
}

/** The stand-ins that were started. */
export interface Sandbox {
  /** What a program needs in its environment to use them; the credentials are fake. */
  readonly env: Readonly<Record<string, string>>
  readonly services: readonly RunningService[]
  /** Ends all; resolves when their processes are gone. Repeating is harmless. */
  stop(): Promise<void>
}

/**
 * Starts each stand-in as a process of its own and resolves when all listen. State in `dir` from an earlier start is
 * taken up again. Rejects with `SandboxError` (after ending those already started): `port-busy` names the port,
 * `in-use` the database that another sandbox holds. The processes end with the caller, however it ends.
 */
export async function startSandbox(options: StartSandboxOptions): Promise<Sandbox> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 })
  const wanted: readonly Info[] = SANDBOX_SERVICES.filter(
    ({ name }) => options.services?.includes(name) ?? true,
  )
  const started = await Promise.allSettled(wanted.map(async info => startOne(info, options)))
  const running = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(async ({ child }) => child.stop()))
  }
  const failed = started.find(result => result.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  return {
    env: Object.fromEntries(
      running.flatMap(({ info, child, service }) => Object.entries(info.env(service.url, child.besidePort))),
    ),
    services: running.map(({ service }) => service),
    stop,
  }
}

type Info = SandboxServiceInfo & { readonly name: SandboxServiceName }

interface Started {
  readonly info: Info
  readonly child: Child
  readonly service: RunningService
}

async function startOne(info: Info, options: StartSandboxOptions): Promise<Started> {
  const child = await startChild({
    service: info.name,
    databaseFile: join(options.dir, databaseName(info.name)),
    port: portAt(options, info.offset),
    besidePort: portAt(options, info.besideOffset ?? 0),
    nodePath: options.nodePath,
    onExit: how => options.onExit?.(how),
  })
  const url = `http://127.0.0.1:${String(child.port)}`
  return { info, child, service: { name: info.name, port: child.port, url } }
}

function portAt({ basePort }: StartSandboxOptions, offset: number): number {
  return basePort === 0 ? 0 : basePort + offset
}
