/** Starting, watching and stopping the process of one stand-in. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isChildReport } from './child-report.ts'
import { SandboxError } from './errors.ts'

/** What to start. */
export interface ChildSpec {
  readonly service: string
  readonly databaseFile: string
  /** 0 for any free port. */
  readonly port: number
  /** Likewise, for what is no HTTP. */
  readonly besidePort: number
  /** The Node to run it on. */
  readonly nodePath: string
  readonly onExit: (how: ChildExit) => void
}

/** How a stand-in ended without being stopped. */
export interface ChildExit {
  readonly service: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote to stderr. */
  readonly stderr: string
}

/** A stand-in that listens. */
export interface Child {
  readonly port: number
  readonly besidePort: number
  /** Ends it; resolves when the process is gone. Repeating is harmless. */
  stop(): Promise<void>
}

const STDERR_KEPT = 4096
const STOP_TIMEOUT_MS = 3000

/** Starts it and waits until it listens; rejects with {@link SandboxError}. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const entry = fileURLToPath(new URL(`./process.${extension}`, import.meta.url))
  // An empty environment: a stand-in needs nothing of the caller's, least of all credentials.
  const process = spawn(
    spec.nodePath,
    [entry, spec.service, spec.databaseFile, String(spec.port), String(spec.besidePort)],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {},
    },
  )
  const stderr = keepTail(process)
  const gone = new Promise<void>(resolve => {
    // Not 'close': after our own disconnect Node never sends it.
    process.once('exit', () => resolve())
  })
  const ports = await listening(process, spec, stderr).catch(async (error: unknown) => {
    // Without a pid it was never started, and will never end.
    if (process.pid !== undefined) await end(process, gone)
    throw error
  })
  let stopping = false
  process.once('exit', (code, signal) => {
    if (!stopping) spec.onExit({ service: spec.service, code, signal, stderr: stderr() })
  })
  return {
    ...ports,
    stop: async () => {
      stopping = true
      await end(process, gone)
    },
  }
}

function keepTail(process: ChildProcess): () => string {
  let tail = ''
  process.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_KEPT)
  })
  return () => tail.trim()
}

async function listening(
  process: ChildProcess,
  spec: ChildSpec,
  stderr: () => string,
): Promise<Pick<Child, 'port' | 'besidePort'>> {
  return new Promise((resolve, reject) => {
    process.once('error', error => reject(failure(spec, error.message)))
    process.once('message', report => {
      if (!isChildReport(report)) reject(failure(spec, 'it sent an unknown report'))
      else if (report.type === 'listening') resolve({ port: report.port, besidePort: report.besidePort })
      else reject(explain(spec, report.kind, report.message))
    })
    process.once('close', code => {
      reject(failure(spec, `it ended with ${String(code)} before it listened. ${stderr()}`))
    })
  })
}

function failure(spec: ChildSpec, why: string): SandboxError {
  return new SandboxError('failed', `the ${spec.service} sandbox could not be started: ${why}`)
}

function explain(spec: ChildSpec, kind: SandboxError['kind'], message: string): SandboxError {
  if (kind === 'port-busy') {
    return new SandboxError(
      kind,
      `port ${String(spec.port)} for the ${spec.service} sandbox is taken by another program`,
    )
  }
  if (kind === 'in-use') {
    return new SandboxError(kind, `another sandbox is running on ${spec.databaseFile}`)
  }
  return failure(spec, message)
}

async function end(process: ChildProcess, gone: Promise<void>): Promise<void> {
  if (process.connected) process.disconnect()
  const timeout = setTimeout(() => process.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await gone
  clearTimeout(timeout)
}
