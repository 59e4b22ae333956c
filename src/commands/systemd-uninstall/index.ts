import type { Command } from '../../kernel/command.ts'
import { document, list } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { flagField } from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import type { World } from '../../kernel/world.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { ACCOUNT } from '../../surfaces/timers/hardening.ts'
import { CACHE_FOLDER, CONFIG_FOLDER, STATE_FOLDER } from '../../surfaces/timers/unit-file.ts'
import {
  callSystem,
  ownFiles,
  plannedCredentials,
  requireSystemd,
  unitName,
  UNITS,
} from '../systemd-units.ts'

const input = { dryRun: flagField('tell what would be done, and do nothing') }

/** Takes away all that `systemd install` made, but for the state: that is the only copy of it. */
export const systemdUninstall: Command<CommandHost> = {
  path: ['systemd', 'uninstall'],
  summary: 'Stop the timers and take away units and credentials; the state stays',
  input,
  run: async (host, raw) => {
    const { dryRun } = readInput(input, raw, 'echopilot help systemd uninstall')
    const { world } = host.options
    requireSystemd(world, 'systemd uninstall')
    const units = ownFiles(world)
    const credentials = plannedCredentials(world).filter(({ kind }) => kind === 'encrypted')
    const removed = [...units, ...credentials.map(({ path }) => path), ...leftovers(world)]
    if (!dryRun) {
      if (removed.length > 0) await confirm(host, removed)
      await stopUnits(world, units.map(unitName))
      for (const path of removed) world.files.remove(path)
      if (isEmpty(world, CONFIG_FOLDER)) world.files.remove(CONFIG_FOLDER)
      // Also where there is nothing to remove: an earlier one may have died before this.
      await callSystem(world, ['systemctl', 'daemon-reload'])
      await callSystem(world, ['systemctl', 'reset-failed', 'echopilot*'])
    }
    const kept = keptPaths(world)
    host.print({ dryRun, removed, kept }, () =>
      document(
        ...(removed.length === 0
          ? ['nothing is installed']
          : [dryRun ? 'would remove' : 'removed', list(removed)]),
        ...(kept.length === 0
          ? []
          : [
              `stays, for it cannot be made anew: ${kept.join(', ')}, and the account ${ACCOUNT}, which owns it`,
              `to be rid of that too: rm -r ${kept.join(' ')}; userdel ${ACCOUNT}`,
            ]),
      ),
    )
    return 'ok'
  },
}

async function confirm({ flags, ask, terminal }: CommandHost, removed: readonly string[]): Promise<void> {
  if (flags.yes === true) return
  terminal.err(`would remove:\n${removed.map(path => `  ${path}\n`).join('')}`)
  const answer = ask === null ? '' : await ask('The timers stop, and the credentials are lost. Do it? [y/N] ')
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new AppError('refused', 'it was not confirmed: nothing was changed', 'the same command with --yes')
}

/** Timers and sockets first, so that none starts what was just stopped. */
async function stopUnits(world: World, names: readonly string[]): Promise<void> {
  const starting = names.filter(name => /\.(?:timer|socket|target)$/.test(name))
  const services = names.filter(name => name.endsWith('.service') && !name.includes('@'))
  if (starting.length > 0) await callSystem(world, ['systemctl', 'disable', '--quiet', '--now', ...starting])
  if (services.length > 0) await callSystem(world, ['systemctl', 'stop', ...services])
}

const STAMPS = '/var/lib/systemd/timers'

/** When timers last ran, and what Node compiled. */
function leftovers({ files }: Pick<World, 'files'>): string[] {
  const stamps = files.list(STAMPS).filter(name => /^stamp-echopilot-.*\.timer$/.test(name))
  return [...stamps.map(name => `${STAMPS}/${name}`), ...[CACHE_FOLDER].filter(path => files.exists(path))]
}

function keptPaths(world: Pick<World, 'files'>): string[] {
  const config = isEmpty(world, CONFIG_FOLDER) ? [] : [CONFIG_FOLDER]
  const dropIns = world.files.list(UNITS).filter(name => /^echopilot.*\.d$/.test(name))
  return [STATE_FOLDER, ...config, ...dropIns.map(name => `${UNITS}/${name}`)].filter(path =>
    world.files.exists(path),
  )
}

function isEmpty({ files }: Pick<World, 'files'>, folder: string): boolean {
  return files.list(folder).length === 0
}
