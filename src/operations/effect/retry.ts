import { decidedEffect, plannedEffect, renderEffectDecision } from '../../pipeline/decide-effect.ts'
import { findEffect } from '../../pipeline/tasks.ts'
import { textField } from '../../kernel/field.ts'
import { defineOperation } from '../define.ts'

export const effectRetry = defineOperation({
  path: ['effect', 'retry'],
  summary: 'Write a dead or waiting write to Notion anew, with what else is dead on its page',
  input: { id: textField('effect, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async ({ store, actor, dryRun }, input) => {
    const effect = await findEffect(store, input.id)
    return dryRun
      ? plannedEffect(effect, 'retry')
      : decidedEffect(effect, 'retry', await store.effects.retry(effect.id, actor))
  },
  render: renderEffectDecision,
})
