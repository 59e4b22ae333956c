import type { Processes } from '../../src/kernel/world.ts'

/** The processes of a pretended machine: who they are, and which of them still live. */
export interface FakeMachine {
  /** A process of this machine; it lives until it is killed. */
  process(name: string): Processes
  /** Gone for certain, as everybody on the machine can see. */
  kill(name: string): void
  /** On another machine: nobody here can tell whether it lives. */
  move(name: string): void
}

/** A machine on which no process lives. */
export const NOBODY_LIVES: Pick<Processes, 'state' | 'nameOf'> = { state: () => 'dead', nameOf: String }

/** A machine on which every process lives. */
export function fakeMachine(): FakeMachine {
  const states = new Map<string, 'dead' | 'elsewhere'>()
  return {
    process: name => ({
      self: name,
      state: owner => (owner === name ? 'alive' : (states.get(owner) ?? 'alive')),
      nameOf: owner => `pid of ${owner}`,
      keepHeapSmall: () => {},
    }),
    kill: name => void states.set(name, 'dead'),
    move: name => void states.set(name, 'elsewhere'),
  }
}
