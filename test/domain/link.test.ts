import { expect, test } from 'vitest'
import { keysOf } from '../../src/domain/keys-of.ts'
import {
  isLinkOver,
  LINK_STATES,
  linkAfterClose,
  linkAfterLook,
  type LinkState,
} from '../../src/domain/link.ts'
import type { PayState } from '../../src/domain/payment.ts'

const SEEN = [
  'open',
  'approved',
  'pending',
  'paid',
  'closed',
  'expired',
] as const satisfies readonly PayState[]

test.each<[LinkState, PayState, LinkState]>([
  ['asked', 'open', 'open'],
  ['refused', 'open', 'open'],
  ['open', 'approved', 'open'],
  ['open', 'pending', 'open'],
  ['open', 'expired', 'expired'],
  ['open', 'closed', 'closed'],
  ['open', 'paid', 'paid'],
  ['closing', 'open', 'closing'],
  ['closing', 'paid', 'closing'],
  ['closed', 'open', 'closed'],
  ['expired', 'paid', 'paid'],
  ['paid', 'closed', 'paid'],
])('a link that is %s and is seen as %s is %s', (state, seen, after) => {
  expect(linkAfterLook(state, seen)).toBe(after)
})

test.each<[PayState, LinkState]>([
  ['open', 'closed'],
  ['approved', 'closed'],
  ['pending', 'closed'],
  ['closed', 'closed'],
  ['expired', 'expired'],
  ['paid', 'paid'],
])('one that was closed and is seen as %s is %s', (seen, after) => {
  expect(linkAfterClose('closing', seen)).toBe(after)
})

/** A look that broke a rule: what is over is open again, what was paid is not, or a second look sees otherwise. */
function brokenBy(state: LinkState, seen: PayState): string[] {
  const next = linkAfterLook(state, seen)
  const isKept = (state !== 'paid' || next === 'paid') && (!isLinkOver(state) || isLinkOver(next))
  return isKept && linkAfterLook(next, seen) === next ? [] : [`${state} seen as ${seen}: ${next}`]
}

test('whatever is seen, what is over is never open again, what was paid stays so, and seen twice is once', () => {
  const broken = keysOf(LINK_STATES).flatMap(state => SEEN.flatMap(seen => brokenBy(state, seen)))
  expect(broken).toEqual([])
})
