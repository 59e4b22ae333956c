import { choiceField, optional, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { document } from '../../kernel/document.ts'
import { effectItem, shownEffect, type ShownEffect } from '../../figures/effects.ts'
import { defineOperation } from '../define.ts'

const STATES = ['pending', 'dead', 'dismissed', 'done'] as const

export const effectList = defineOperation({
  path: ['effect', 'list'],
  summary: 'List writes to Notion that wait or are dead, newest first',
  examples: [{ words: 'effect list --state dead', does: 'what can never be written as things are' }],
  input: {
    state: optional(choiceField(STATES, 'only those in this state, such as those that were written')),
    limit: withDefault(wholeNumberField('most to list', 1, 10_000), 50),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store }, input) => {
    const states = input.state === undefined ? (['pending', 'dead'] as const) : [input.state]
    const effects: ShownEffect[] = []
    for (const effect of await store.effects.list(states, input.limit)) {
      effects.push(await shownEffect(store, effect))
    }
    return { effects }
  },
  render: ({ effects }) =>
    effects.length === 0
      ? document('nothing waits to be written, and nothing is dead')
      : document(effects.map(effect => effectItem(effect))),
})
