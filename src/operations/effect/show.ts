import { document } from '../../kernel/document.ts'
import { effectItem, shownEffect } from '../../figures/effects.ts'
import { textField } from '../../kernel/field.ts'
import { countText } from '../../kernel/text.ts'
import { findEffect } from '../../pipeline/tasks.ts'
import { defineOperation } from '../define.ts'

export const effectShow = defineOperation({
  path: ['effect', 'show'],
  summary: 'Show one write to Notion: what it says, how it went, and what to type',
  input: { id: textField('effect, or the beginning of its id') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store }, input) => {
    const effect = await findEffect(store, input.id)
    return { effect: await shownEffect(store, effect), says: effect.body }
  },
  render: ({ effect, says }) =>
    document(
      effectItem(
        effect,
        `key ${effect.key}, tried ${countText(effect.tries, 'time')}, recorded ${effect.createdAt}`,
        effect.dueAt === null ? null : `due ${effect.dueAt}`,
        JSON.stringify(says),
      ),
    ),
})
