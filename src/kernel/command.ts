import type { Outcome } from './errors.ts'
import type { FlatInput } from './input.ts'
import type { Example } from './operation.ts'

/**
 * What never returns or talks to a terminal: the second, short list beside the operations. It prints by
 * itself, through the terminal it is given.
 */
export interface Command<Host> {
  readonly path: readonly string[]
  readonly summary: string
  readonly examples?: readonly Example[]
  readonly input: FlatInput
  readonly positionals?: readonly string[]
  readonly run: (host: Host, input: Record<string, unknown>) => Promise<Outcome>
}
