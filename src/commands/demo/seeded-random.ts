import type { Random } from '../../kernel/world.ts'

/**
 * Randomness that is the same in every demo. It seeds nothing that must be secret: the demo's world is a
 * throw-away one. Constants of Marsaglia's xorshift32.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
  return {
    bytes: count => Uint8Array.from({ length: count }, () => next() & 0xff),
    fraction: () => next() / 2 ** 32,
  }
}
