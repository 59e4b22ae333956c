import { document, next } from '../../kernel/document.ts'
import { flagField } from '../../kernel/field.ts'
import { AppError } from '../../kernel/errors.ts'
import { configPath } from '../../settings/paths.ts'
import { configTemplate } from '../../settings/template.ts'
import { defineOperation } from '../define.ts'

export const configInit = defineOperation({
  path: ['config', 'init'],
  summary: 'Write a configuration file with every setting, commented out',
  input: { force: flagField('replace a file that is there; the old one is kept as .bak') },
  needs: {},
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const { path } = configPath(context.world, context.configFlag)
    const before = context.world.files.readText(path)
    if (before !== null && !input.force) {
      throw new AppError(
        'refused',
        `there is a configuration already: ${path}`,
        'echopilot config show, or echopilot config init --force',
      )
    }
    if (!context.dryRun) {
      // What is empty, such as a device, has nothing to be kept.
      if (before !== null && before !== '') context.world.files.writeText(`${path}.bak`, before, 0o600)
      context.world.files.writeText(path, configTemplate(), 0o600)
    }
    return { dryRun: context.dryRun, path, replaced: before !== null }
  },
  render: result =>
    result.dryRun
      ? document(`would write ${result.path}${result.replaced ? ', keeping the old one as .bak' : ''}`)
      : document(`wrote ${result.path}`, next('echopilot config check')),
})
