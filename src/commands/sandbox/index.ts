import { join } from 'node:path'
import type { Command } from '../../kernel/command.ts'
import { document, verbatim } from '../../kernel/document.ts'
import { AppError, messageOf } from '../../kernel/errors.ts'
import {
  choiceField,
  optional,
  textField,
  wholeNumberField,
  urlField,
  withDefault,
} from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import { quoted, singleQuoted } from '../../kernel/typed-as.ts'
import type { World } from '../../kernel/world.ts'
import {
  isSandboxRunning,
  resetSandbox,
  SandboxError,
  startSandbox,
  type ChildExit,
  type Sandbox,
} from '../../sandbox/index.ts'
import { sandboxDir } from '../../settings/paths.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'

const FIRST_PORT = 4700

const input = {
  action: optional(
    choiceField(['reset', 'stop'], 'reset: empty it, whether it runs or not; stop: end the one that runs'),
  ),
  dir: optional(textField('folder of its state; $XDG_STATE_HOME/echopilot-sandbox if left out')),
  port: withDefault(wholeNumberField('first port; 0 takes free ones', 0, 65_000), FIRST_PORT),
}

/** The built-in services, until they are stopped. */
export const sandbox: Command<CommandHost> = {
  path: ['sandbox'],
  summary: 'Run the built-in stand-ins of the outside services, and print the environment to use',
  examples: [
    { words: 'sandbox', does: 'in one shell; paste what it prints into another' },
    { words: 'sandbox reset', does: 'forget everything it was sent' },
    { words: 'sandbox stop', does: 'end the one that runs, from another shell' },
  ],
  input,
  positionals: ['action'],
  run: async (host, raw) => {
    const asked = readInput(input, raw, 'echopilot help sandbox')
    const dir = sandboxDir(host.options.world, asked.dir ?? null)
    if (asked.action === 'stop') return stopRunning(host, dir)
    if (asked.action === 'reset') return reset(host, dir)
    const stop =
      asked.dir === undefined ? 'echopilot sandbox stop' : `echopilot sandbox stop --dir ${quoted(dir)}`
    return serve(host, dir, { basePort: asked.port, stop })
  },
}

/** Starts the services with a state folder and configuration of their own beside them. */
export async function startIn(
  world: Pick<World, 'files' | 'host'>,
  dir: string,
  basePort: number,
  onExit: (how: ChildExit) => void = () => {},
): Promise<{ running: Sandbox; env: Record<string, string> }> {
  world.files.makeDir(dir, 0o700)
  try {
    const running = await startSandbox({
      dir: join(dir, 'services'),
      basePort,
      nodePath: world.host.execPath,
      onExit,
    })
    const config = join(dir, 'config.toml')
    if (!world.files.exists(config)) world.files.writeText(config, CONFIG, 0o600)
    const env = { ...running.env, ECHOPILOT_CONFIG: config, ECHOPILOT_STATE_DIR: join(dir, 'state') }
    return { running, env }
  } catch (error) {
    if (error instanceof SandboxError) {
      throw new AppError(
        'busy',
        `the sandbox cannot start: ${error.message}`,
        error.kind === 'in-use'
          ? `use it: source ${quoted(join(dir, 'env.sh'))}; or stop it, or name another --dir`
          : 'run the same command again with --port 0',
        error,
      )
    }
    throw error
  }
}

const CONFIG =
  '# Settings for the sandbox alone: the real configuration is not read while these are in use.\n'

async function serve(
  host: CommandHost,
  dir: string,
  { basePort, stop: stopCommand }: { readonly basePort: number; readonly stop: string },
): Promise<'ok'> {
  const { world, stop } = host.options
  const ended = Promise.withResolvers<ChildExit>()
  const { running, env } = await startIn(world, dir, basePort, how => ended.resolve(how))
  const envFile = join(dir, 'env.sh')
  try {
    world.files.writeText(envFile, exportLines(env), 0o600)
    world.files.writeText(join(dir, 'services.json'), JSON.stringify(running.services), 0o600)
    const { services } = running
    host.print({ dir, envFile, env, services }, () => document(verbatim(exportLines(env))))
    for (const service of running.services) {
      host.terminal.err(`${service.name}: ${service.url} (open it in a browser to see its state)\n`)
    }
    host.terminal.err(`kept in ${envFile}; stop with Ctrl-C, or ${host.typed(stopCommand)}\n`)
    const how = await Promise.race([aborted(stop), ended.promise])
    if (how !== null && how.code !== 0) throw died(how)
  } finally {
    await running.stop()
  }
  return 'ok'
}

/** Shell lines that set the variables; values are quoted, so that they can be pasted or sourced as they are. */
function exportLines(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${singleQuoted(value)}\n`)
    .join('')
}

function aborted(stop: AbortSignal): Promise<null> {
  return new Promise(resolve => {
    if (stop.aborted) resolve(null)
    else stop.addEventListener('abort', () => resolve(null), { once: true })
  })
}

/** One alone is no sandbox: the others end with it, rather than look as if all was well. */
function died({ service, code, signal, stderr }: ChildExit): AppError {
  const message = `the ${service} sandbox ended by itself (${signal ?? `exit ${String(code)}`})`
  return new AppError('bug', stderr === '' ? message : `${message}: ${stderr}`, 'run the same command again')
}

/** How long the stand-ins may take to let go of their databases. */
const STOPPED_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 50

/** Asks the sandbox that runs on the folder to end, wherever it was started, and waits until it has. */
async function stopRunning(host: CommandHost, dir: string): Promise<'ok'> {
  const { world } = host.options
  const services = join(dir, 'services')
  const runs = await isSandboxRunning(services)
  if (runs) {
    const [first] = listedServices(world, dir)
    if (first === undefined) {
      throw new AppError('busy', `a sandbox runs on ${dir}, of a demo`, 'end the demo')
    }
    await order(world, first.url, { what: 'stop', otherwise: 'end it with Ctrl-C where it runs' })
    const untilMs = world.clock.monotonicMs() + STOPPED_WITHIN_MS
    while (await isSandboxRunning(services)) {
      if (world.clock.monotonicMs() > untilMs)
        throw new AppError('busy', `the sandbox on ${dir} is still ending`, 'run the same command again')
      await world.clock.sleep(LOOK_EVERY_MS)
    }
  }
  host.print({ dir, stopped: runs }, () =>
    document(`${runs ? 'stopped the sandbox on' : 'nothing to stop: no sandbox runs on'} ${dir}`),
  )
  return 'ok'
}

/**
 * Forgets what the services were sent, and the rehearsed state with it: receipts without their ledger would
 * prove nothing. A sandbox that runs is asked to do it and goes on.
 */
async function reset(host: CommandHost, dir: string): Promise<'ok'> {
  const { world } = host.options
  const wasThere = world.files.exists(dir)
  try {
    await resetSandbox(join(dir, 'services'))
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    await resetRunning(world, dir, error)
  }
  world.files.remove(join(dir, 'state'))
  host.print({ dir, reset: wasThere }, () =>
    document(`${wasThere ? 'emptied' : 'nothing to empty: there is no'} ${dir}`),
  )
  return 'ok'
}

const SERVICE = { url: urlField('where it listens') } as const

/** Where the one that runs said that its services are. */
function listedServices(world: Pick<World, 'files'>, dir: string): { readonly url: string }[] {
  const listed: unknown = JSON.parse(world.files.readText(join(dir, 'services.json')) ?? '[]')
  return (Array.isArray(listed) ? listed : []).map(service => sandboxAnswer(SERVICE, service))
}

async function resetRunning(world: Pick<World, 'files' | 'fetch'>, dir: string, why: Error): Promise<void> {
  const services = listedServices(world, dir)
  for (const { url } of services) {
    await order(world, url, { what: 'reset', otherwise: 'stop it, then reset it' })
  }
  if (services.length === 0) throw new AppError('busy', why.message, 'stop it, then reset it', why)
}

/**
 * Has one of its services do something.
 * @throws AppError `busy` where nothing answers, as while it ends; `provider` where it will not
 */
async function order(
  world: Pick<World, 'fetch'>,
  url: string,
  { what, otherwise }: { readonly what: 'reset' | 'stop'; readonly otherwise: string },
): Promise<void> {
  const answer = await world.fetch(`${url}/__sandbox/${what}`, { method: 'POST' }).catch((error: unknown) => {
    const message = `the sandbox at ${url} does not answer: ${messageOf(error)}`
    throw new AppError('busy', message, 'it may be ending: run the same command again', error)
  })
  if (answer.ok) return
  throw new AppError('provider', `the sandbox at ${url} did not ${what} (${answer.status})`, otherwise)
}
