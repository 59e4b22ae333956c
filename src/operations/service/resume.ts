import { nearest } from '../../domain/did-you-mean.ts'
import { document, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { textField } from '../../kernel/field.ts'
import { quoted } from '../../kernel/typed-as.ts'
import { defineOperation } from '../define.ts'

export const serviceResume = defineOperation({
  path: ['service', 'resume'],
  summary: 'Call a paused service again at once, without waiting for its next try',
  examples: [{ words: 'service resume api.openai.com', does: 'after its fault was mended' }],
  input: { name: textField('its name, as service list prints it') },
  positionals: ['name'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const paused = await context.store.pauses.list()
    const pauses = paused.filter(({ service }) => service === input.name).length
    // Where nothing is paused there is nothing to mistake; beside one that is, a name is more likely mistyped.
    if (pauses === 0 && paused.length > 0) {
      const guess = nearest(
        input.name,
        paused.map(({ service }) => service),
      )
      const message = `no service ${input.name} is paused`
      if (guess === null) throw new AppError('missing', message, 'echopilot service list')
      const resume = `echopilot service resume ${quoted(guess)}`
      throw new AppError('missing', `${message} (did you mean ${guess}?)`, resume)
    }
    const changed = !context.dryRun && (await context.store.pauses.resume(input.name)) > 0
    return { dryRun: context.dryRun, service: input.name, paused: context.dryRun && pauses > 0, changed }
  },
  render: ({ service, paused, changed }) =>
    changed
      ? document(`calling ${service} again`, next('echopilot poll --drain'))
      : document(paused ? `would call ${service} again` : 'it was not paused'),
})
