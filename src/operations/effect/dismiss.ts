import { decidedEffect, plannedEffect, renderEffectDecision } from '../../pipeline/decide-effect.ts'
import { findEffect } from '../../pipeline/tasks.ts'
import { textField } from '../../kernel/field.ts'
import { defineOperation } from '../define.ts'

export const effectDismiss = defineOperation({
  path: ['effect', 'dismiss'],
  summary: 'Give a dead write to Notion up, so that it is no alarm any more',
  input: { id: textField('effect, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async ({ store, actor, dryRun }, input) => {
    const effect = await findEffect(store, input.id)
    return dryRun
      ? plannedEffect(effect, 'dismiss')
      : decidedEffect(effect, 'dismiss', await store.effects.dismiss(effect.id, actor))
  },
  render: renderEffectDecision,
})
