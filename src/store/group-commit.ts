import type { Engine } from './engine.ts'

type Transactions = Pick<Engine, 'transaction'>

/** Commits together what is asked for at about the same time. */
export interface GroupCommit {
  /**
   * Runs `work` as a transaction of its own soon, in the order of the calls, and resolves once it is durable.
   * What it throws undoes it and rejects; nothing of that touches the others. It may be run a second time, after
   * everything it did the first time was undone.
   */
  readonly write: <T>(work: () => T) => Promise<T>
  /** Runs now what still waits. */
  readonly flush: () => void
}

/** A write that waits. Telling its caller how it ended comes after the commit. */
interface Waiting {
  readonly attempt: () => () => void
  readonly refuse: (error: unknown) => void
}

/**
 * Making a commit durable is most of what a write costs, and one commit keeps any number of writes. So all that
 * the answers of a moment lead to is kept by one.
 * @param soon calls back once all that has arrived by now was handled
 */
export function groupCommit({ transaction }: Transactions, soon: (work: () => void) => void): GroupCommit {
  let waiting: Waiting[] = []
  const commit = (group: readonly Waiting[]): void => {
    let begun = false
    try {
      const tellings = transaction(() => {
        begun = true
        return group.map(({ attempt }) => attempt())
      })
      for (const tell of tellings) tell()
    } catch (error) {
      // All was rolled back, and each is run again alone. Where no transaction could begin, all are refused.
      if (begun && group.length > 1) for (const each of group) commit([each])
      else for (const { refuse } of group) refuse(error)
    }
  }
  const flush = (): void => {
    const group = waiting
    waiting = []
    if (group.length > 0) commit(group)
  }
  const write = async <T>(work: () => T): Promise<T> =>
    new Promise((resolve, refuse) => {
      const attempt = (): (() => void) => {
        const value = work()
        return () => resolve(value)
      }
      if (waiting.push({ attempt, refuse }) === 1) soon(flush)
    })
  return { write, flush }
}
