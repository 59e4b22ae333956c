import { expect, test } from 'vitest'
import { mayDecide, type Verb } from '../../src/domain/decision.ts'
import { keysOf } from '../../src/domain/keys-of.ts'
import { RUN_STATES, type RunState } from '../../src/domain/run-state.ts'

const FINAL: readonly RunState[] = ['done', 'failed_final', 'cancelled']
const OPEN = keysOf(RUN_STATES).filter(state => !FINAL.includes(state))

test.each<[Verb, readonly RunState[]]>([
  ['approve', ['waiting_human']],
  ['return', ['waiting_human']],
  ['cancel', OPEN],
  ['retry', ['retrying', ...FINAL]],
])('%s can be decided in these states and no other', (verb, states) => {
  expect(keysOf(RUN_STATES).filter(state => mayDecide(verb, state))).toEqual(states)
})
