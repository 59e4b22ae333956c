/** What the workers of one drain share. */
export interface Floor {
  /** Runs that were worked on, in the order they were first taken. */
  readonly runIds: Set<string>
  readonly failed: { id: string; kind: string; message: string }[]
  /** Workers that ask for a run that may be a new one: each takes a place of the limit. */
  asking: number
  /** Workers that have a run in hand, and what brings more. */
  working: number
  /** One of them met a failing store: none takes another run. */
  broken: boolean
  /** Resolves when a stage was finished: there may be new work for those who found none. */
  finished: PromiseWithResolvers<void>
}

/** A floor on which nothing was done yet. */
export function newFloor(): Floor {
  return {
    runIds: new Set(),
    failed: [],
    asking: 0,
    working: 0,
    broken: false,
    finished: Promise.withResolvers(),
  }
}

/** Wakes the workers that wait for new work. */
export function wakeAll(floor: Floor): void {
  floor.finished.resolve()
  floor.finished = Promise.withResolvers()
}
