import { ServiceFailure } from '../../kernel/service-failure.ts'

/** What is made once of a key. */
export interface Once<T> {
  readonly key: string
  /** Whether it was asked for before and may have been made. */
  readonly mayBeMade: boolean
  /** Looks for it in a list, never by a search, which would find it only later; null where it is not there. */
  readonly find: () => Promise<T | null>
  /** Asks for it under a key. */
  readonly make: (key: string) => Promise<T>
}

/** A key whose answer is kept gives nothing else for a day: the next one is tried, up to this many. */
const MOST_KEYS = 5

/**
 * Asked again with its key, Stripe answers as the first time, for 24 hours. That may be a 500 whose work was done, or
 * not: only the list tells, and the next key is used where the thing is not among them. The keys follow from the first,
 * so that two processes use the same.
 */
export async function madeOnce<T>({ key, mayBeMade, find, make }: Once<T>): Promise<T> {
  const known = mayBeMade ? await find() : null
  if (known !== null) return known
  for (let number = 1; ; number += 1) {
    try {
      return await make(number === 1 ? key : `${key}/${number}`)
    } catch (error) {
      if (!(error instanceof ServiceFailure) || !error.isKept || number === MOST_KEYS) throw error
      const found = await find()
      if (found !== null) return found
    }
  }
}
