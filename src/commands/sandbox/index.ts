import { join } from 'node:path'
import type { Command } from '../../kernel/command.ts'
import { AppError } from '../../kernel/errors.ts'
import {
  choiceField,
  optional,
  textField,
  wholeNumberField,
  urlField,
  withDefault,
} from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import type { World } from '../../kernel/world.ts'
import { resetSandbox, SandboxError, startSandbox, type Sandbox } from '../../sandbox/index.ts'
import { sandboxDir } from '../../settings/paths.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'
import { exportLines } from '../env-lines.ts'

const FIRST_PORT = 4700

const input = {
  action: optional(choiceField(['reset'], 'reset: empty it, whether it runs or not')),
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
  ],
  input,
  positionals: ['action'],
  run: async (host, raw) => {
    const asked = readInput(input, raw, 'echopilot help sandbox')
    const dir = sandboxDir(host.options.world, asked.dir ?? null)
    return asked.action === 'reset' ? reset(host, dir) : serve(host, dir, asked.port)
  },
}

/** Starts the services with a state folder and configuration of their own beside them. */
export async function startIn(
  world: Pick<World, 'files' | 'host'>,
  dir: string,
  basePort: number,
): Promise<{ running: Sandbox; env: Record<string, string> }> {
  world.files.makeDir(dir, 0o700)
  try {
    const running = await startSandbox({
      dir: join(dir, 'services'),
      basePort,
      nodePath: world.host.execPath,
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
          ? `use it: source '${dir}/env.sh'; or stop it, or name another --dir`
          : 'run the same command again with --port 0',
        error,
      )
    }
    throw error
  }
}

const CONFIG =
  '# Settings for the sandbox alone: the real configuration is not read while these are in use.\n'

async function serve(host: CommandHost, dir: string, basePort: number): Promise<'ok'> {
  const { world, stop } = host.options
  const { running, env } = await startIn(world, dir, basePort)
  const envFile = join(dir, 'env.sh')
  try {
    world.files.writeText(envFile, exportLines(env), 0o600)
    world.files.writeText(join(dir, 'services.json'), JSON.stringify(running.services), 0o600)
    host.terminal.out(
      host.flags.json === true
        ? `${JSON.stringify({ schema: 'echopilot.sandbox/1', dir, envFile, env, services: running.services }, null, 2)}\n`
        : exportLines(env),
    )
    for (const service of running.services) {
      host.terminal.err(`${service.name}: ${service.url} (open it in a browser to see its state)\n`)
    }
    host.terminal.err(`kept in ${envFile}; stop with Ctrl-C\n`)
    await untilStopped(stop)
  } finally {
    await running.stop()
  }
  return 'ok'
}

function untilStopped(stop: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
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
  host.terminal.out(
    host.flags.json === true
      ? `${JSON.stringify({ schema: 'echopilot.sandbox/1', dir, reset: wasThere })}\n`
      : `${wasThere ? 'emptied' : 'nothing to empty: there is no'} ${dir}\n`,
  )
  return 'ok'
}

const SERVICE = { url: urlField('where it listens') } as const

async function resetRunning(world: Pick<World, 'files' | 'fetch'>, dir: string, why: Error): Promise<void> {
  const text = world.files.readText(join(dir, 'services.json')) ?? '[]'
  const listed: unknown = JSON.parse(text)
  const services = (Array.isArray(listed) ? listed : []).map(service => sandboxAnswer(SERVICE, service))
  for (const { url } of services) {
    const answer = await world.fetch(`${url}/__sandbox/reset`, { method: 'POST' })
    if (answer.ok) continue
    throw new AppError('provider', `the sandbox at ${url} did not reset (${answer.status})`, null, why)
  }
  if (services.length === 0) throw new AppError('busy', why.message, 'stop it, then reset it', why)
}
