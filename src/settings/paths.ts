import { isAbsolute, join, resolve } from 'node:path'
import type { World } from '../kernel/world.ts'

/** A path and the rule that chose it, for `config show` and for messages. */
export interface ChosenPath {
  readonly path: string
  readonly because: string
}

type Machine = Pick<World, 'host' | 'files'>

/** Where state lives (SPEC §4): flag, ECHOPILOT_STATE_DIR, systemd's STATE_DIRECTORY, XDG state home. */
export function stateDir(machine: Machine, flag: string | null): ChosenPath {
  const { env } = machine.host
  return (
    chosen(machine, flag, '--state-dir') ??
    chosen(machine, env['ECHOPILOT_STATE_DIR'], 'ECHOPILOT_STATE_DIR') ??
    // systemd separates several folders by colons; ours is the first.
    chosen(machine, env['STATE_DIRECTORY']?.split(':')[0], 'STATE_DIRECTORY') ?? {
      path: join(xdgHome(machine, 'XDG_STATE_HOME', '.local/state'), 'echopilot'),
      because: 'default',
    }
  )
}

/** Where the configuration is looked for (SPEC §4); the file need not exist unless it was named. */
export function configPath(machine: Machine, flag: string | null): ChosenPath & { readonly named: boolean } {
  const named =
    chosen(machine, flag, '--config') ??
    chosen(machine, machine.host.env['ECHOPILOT_CONFIG'], 'ECHOPILOT_CONFIG')
  if (named !== null) return { ...named, named: true }
  const system = '/etc/echopilot/config.toml'
  return machine.files.exists(system)
    ? { path: system, because: 'it exists', named: false }
    : {
        path: join(xdgHome(machine, 'XDG_CONFIG_HOME', '.config'), 'echopilot/config.toml'),
        because: 'default',
        named: false,
      }
}

/** Where the sandbox keeps its own state, apart from the real one. */
export function sandboxDir(machine: Machine, flag: string | null): string {
  return (
    chosen(machine, flag, '--dir')?.path ??
    join(xdgHome(machine, 'XDG_STATE_HOME', '.local/state'), 'echopilot-sandbox')
  )
}

function chosen(machine: Machine, value: string | null | undefined, because: string): ChosenPath | null {
  if (value === undefined || value === null || value === '') return null
  return { path: resolve(machine.host.cwd, value), because }
}

/** The XDG rules: a relative path in the variable is to be ignored. */
function xdgHome(machine: Machine, variable: string, fallback: string): string {
  const value = machine.host.env[variable]
  return value !== undefined && isAbsolute(value) ? value : join(machine.host.homeDir, fallback)
}
