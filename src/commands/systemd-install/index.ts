import { dirname } from 'node:path'
import type { Command } from '../../kernel/command.ts'
import { document, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { flagField } from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import { countText } from '../../kernel/text.ts'
import type { World } from '../../kernel/world.ts'
import { printed } from '../../printers/text.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { TARGET } from '../../surfaces/timers/unit-file.ts'
import { planDocument, planOf, type Plan } from '../systemd-plan/index.ts'
import { callSystem, requireSystemd, unitName } from '../systemd-units.ts'
import { askedSecrets, encryptSecrets, secretsIn, type GivenSecret } from './credentials.ts'

const input = {
  start: flagField('start the timers now, not only at the next boot'),
  credentials: flagField('read secrets from standard input, as lines NAME=value, and encrypt them'),
  dryRun: flagField('tell what would be done, and do nothing'),
}

/**
 * Writes the files, makes the account and its folders, encrypts secrets, and enables the timers. Repeating it mends what
 * is not as it should be, and takes away units of jobs that are gone.
 */
export const systemdInstall: Command<CommandHost> = {
  path: ['systemd', 'install'],
  summary: 'Install the timers of the schedule and encrypt their credentials; shows a diff first',
  examples: [
    { words: 'systemd install --start', does: 'asks for each secret, shows what it writes, asks, starts' },
    {
      words: 'systemd install --credentials --start --yes < keys.env',
      does: 'secrets from a file of lines such as OPENAI_API_KEY=…, nothing asked',
    },
  ],
  input,
  run: async (host, raw) => {
    const asked = readInput(input, raw, 'echopilot help systemd install')
    const { world } = host.options
    requireSystemd(world, 'systemd install')
    const before = planOf(host)
    if (asked.dryRun) {
      host.print({ dryRun: true, ...before }, () => planDocument(before, host.flags.verbose === true))
      return 'ok'
    }
    const secrets = await givenSecrets(host, before, asked.credentials)
    await confirm(host, before)
    await installFiles(world, before)
    await encryptSecrets(world, secrets)
    // A secret that was in plain text is now loaded by another directive.
    const after = planOf(host)
    await installFiles(world, after)
    await enable(world, after, asked.start)
    const written = before.files.filter(({ change }) => change !== 'same')
    host.print(
      {
        dryRun: false,
        files: written.map(({ path, change }) => ({ path, change })),
        credentials: secrets.map(({ secret }) => secret),
        started: asked.start,
      },
      () =>
        document(
          `installed: ${countText(written.length, 'file')} written, ${countText(secrets.length, 'credential')} encrypted`,
          asked.start
            ? 'the timers run'
            : 'the timers run from the next boot on, or by: systemctl start echopilot.target',
          next('echopilot systemd verify'),
        ),
    )
    return 'ok'
  },
}

async function givenSecrets(
  host: CommandHost,
  { credentials }: Plan,
  piped: boolean,
): Promise<GivenSecret[]> {
  if (piped) return secretsIn(await host.readInput())
  if (host.ask === null || host.flags.yes === true) return []
  return askedSecrets(credentials, host.ask)
}

/** @throws AppError `refused` where nobody says yes */
async function confirm(host: CommandHost, plan: Plan): Promise<void> {
  if (host.flags.yes === true) return
  const { terminal, ask, typed } = host
  const look = { columns: terminal.errorColumns, paint: terminal.paint.err, typed }
  terminal.err(printed(planDocument(plan, host.flags.verbose === true), look))
  const answer = ask === null ? '' : await ask('Install that? [y/N] ')
  if (/^y(es)?$/i.test(answer.trim())) return
  throw new AppError('refused', 'it was not confirmed: nothing was changed', 'the same command with --yes')
}

async function installFiles(world: World, { files }: Plan): Promise<void> {
  const changes = files.filter(({ change }) => change !== 'same')
  for (const { path, text } of changes) {
    if (text === null) {
      if (/\.(?:timer|socket|target)$/.test(path))
        await callSystem(world, ['systemctl', 'disable', '--now', unitName(path)])
      world.files.remove(path)
    } else {
      world.files.makeDir(dirname(path), 0o755)
      world.files.writeText(path, text, 0o644)
    }
  }
  await callSystem(world, ['systemd-sysusers', 'echopilot.conf'])
  await callSystem(world, ['systemd-tmpfiles', '--create', 'echopilot.conf'])
  await callSystem(world, ['systemctl', 'daemon-reload'])
}

async function enable(world: World, { files }: Plan, start: boolean): Promise<void> {
  const names = files.filter(({ text }) => text !== null).map(({ path }) => unitName(path))
  const wanted = names.filter(name => /\.(?:timer|socket)$/.test(name))
  await callSystem(world, ['systemctl', 'enable', '--quiet', TARGET, ...wanted])
  // Asked again it starts timers and sockets that are new.
  if (start) await callSystem(world, ['systemctl', 'start', TARGET])
}
