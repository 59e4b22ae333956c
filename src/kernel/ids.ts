import type { Clock, Random } from './world.ts'

/** What an id names; the prefix is part of the id and never changes. */
export const ID_PREFIXES = {
  task: 'task',
  run: 'run',
  output: 'out',
  judgement: 'jdg',
  call: 'call',
  record: 'rec',
  effect: 'eff',
  lock: 'lock',
  alert: 'alert',
  healing: 'heal',
  client: 'client',
  bill: 'bill',
  link: 'link',
  mailing: 'mail',
  payment: 'pay',
  refund: 'ref',
  dispute: 'dsp',
  webhook: 'hook',
} as const

/** Something that has an id. */
export type IdKind = keyof typeof ID_PREFIXES

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * A new id: prefix, `_` and a lower-case ULID (48 bits of milliseconds, 80 random bits, Crockford base 32)
 * from the injected clock and randomness. Ids sort by time to the millisecond.
 */
export function newId(
  kind: IdKind,
  world: { readonly clock: Pick<Clock, 'now'>; readonly random: Random },
): string {
  const random = base32(
    world.random.bytes(10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
    16,
  )
  return `${firstIdOf(kind, world.clock.now())}${random}`
}

/** What sorts before every id that was made at an instant or later, and after every earlier one. */
export function firstIdOf(kind: IdKind, atMs: number): string {
  return `${ID_PREFIXES[kind]}_${base32(BigInt(atMs), 10)}`
}

function base32(value: bigint, length: number): string {
  let text = ''
  for (let rest = value, left = length; left > 0; left -= 1, rest >>= 5n) {
    text = (CROCKFORD[Number(rest & 31n)] ?? '') + text
  }
  return text
}
