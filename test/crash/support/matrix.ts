/** A crash matrix: the same work, each time killed at another boundary and started again. */
import { join } from 'node:path'
import { expect, inject } from 'vitest'
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import { isTextList, parsed } from '../../sandbox/support/wire.ts'
import { runScript, type Ended } from '../../support/child.ts'

/** Where the worker finds its store and its services. */
export interface Place {
  readonly stateDir: string
  readonly env: Readonly<Record<string, string>>
}

/** What is worked on: `poll --drain`, `deliver`, `heartbeat`, `operate`, `payments-scan`, `replay`, `notion sync --rebuild`, `task send` or `report`. */
export type Work =
  | 'poll'
  | 'deliver'
  | 'heartbeat'
  | 'operate'
  | 'payments-scan'
  | 'replay'
  | 'rebuild'
  | `job:${string}`
  | `send:${string}`
  | `report:${string}`
  | `refund:${string}`

/** Where to crash. */
export interface Matrix {
  /** Names of all boundaries, in the order in which the work came by them. */
  readonly boundaries: readonly string[]
  /** Names of those that are always tried, each at one of its places. */
  readonly always: readonly string[]
  /** How many others to try where not all are. */
  readonly others: number
}

/** `worker.ts`, bundled. */
export const WORKER = join(inject('packed'), 'crash/worker.js')
const ALL = process.env['CI'] === 'full'
const SEED = 20_261_125

/** Works undisturbed, and tells the names of the boundaries that the work came by. */
export async function boundariesOf(
  { stateDir, env }: Place,
  work: Work = 'poll',
): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runScript(WORKER, [stateDir, '0', work], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return parsed(stdout, isTextList)
}

/** Works until it is killed at the boundary of this number, counted from 1. */
export async function workUntilKilled(
  { stateDir, env }: Place,
  killAt: number,
  work: Work = 'poll',
): Promise<Ended> {
  return runScript(WORKER, [stateDir, String(killAt), work], { env })
}

/** Has `recover` crash and start again at all boundaries with CI=full, else at a seeded sample of them. */
export async function expectRecoveries(
  matrix: Matrix,
  recover: (killAt: number) => Promise<void>,
): Promise<void> {
  const { boundaries, always } = matrix
  const chosen = ALL ? boundaries.map((_, index) => index + 1) : sampleOf(matrix)
  expect(chosen.length).toBeGreaterThanOrEqual(always.length)
  for (const killAt of chosen) {
    await recover(killAt).catch((error: unknown) => {
      throw new Error(`killed at ${String(killAt)}, ${boundaries[killAt - 1] ?? ''}`, { cause: error })
    })
  }
}

/** Numbers of the boundaries to crash at: one of each that always is, and some others. */
function sampleOf({ boundaries, always, others }: Matrix): number[] {
  const random = seededRandom(SEED)
  const oneOf = (numbers: readonly number[]): number[] => {
    const number = numbers[Math.floor(random.fraction() * numbers.length)]
    return number === undefined ? [] : [number]
  }
  const numbersOf = (name: string): number[] =>
    boundaries.flatMap((other, index) => (other === name ? [index + 1] : []))
  const all = boundaries.map((_, index) => index + 1)
  // The others are drawn first, so that what is always tried does not change which they are.
  const drawn = Array.from({ length: others }, () => oneOf(all))
  return [...new Set([...always.map(name => oneOf(numbersOf(name))), ...drawn].flat())]
}
