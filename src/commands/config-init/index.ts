import type { Command } from '../../kernel/command.ts'
import { document, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { flagField } from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import { configPath } from '../../settings/paths.ts'
import { configTemplate } from '../../settings/template.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'

const input = {
  force: flagField('replace a file that is there; the old one is kept as .bak'),
  dryRun: flagField('tell what would be done, and do nothing'),
}

/** No operation, for it writes a file of this machine: nobody may call it from elsewhere. */
export const configInit: Command<CommandHost> = {
  path: ['config', 'init'],
  summary: 'Write a configuration file with every setting, commented out',
  input,
  run: async ({ flags, options: { world }, print }, raw) => {
    const { force, dryRun } = readInput(input, raw, 'echopilot help config init')
    const { path } = configPath(world, flags.config ?? null)
    const before = world.files.readText(path)
    const replaced = before !== null
    if (replaced && !force) {
      throw new AppError(
        'refused',
        `there is a configuration already: ${path}`,
        'echopilot config show, or echopilot config init --force',
      )
    }
    if (!dryRun) {
      // What is empty, such as a device, has nothing to be kept.
      if (replaced && before !== '') world.files.writeText(`${path}.bak`, before, 0o600)
      world.files.writeText(path, configTemplate(), 0o600)
    }
    print({ dryRun, path, replaced }, () =>
      dryRun
        ? document(`would write ${path}${replaced ? ', keeping the old one as .bak' : ''}`)
        : document(`wrote ${path}`, next('echopilot config check')),
    )
    return 'ok'
  },
}
