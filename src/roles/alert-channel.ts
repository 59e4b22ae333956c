import type { Notice } from '../domain/notice.ts'

/** A way to tell people of alerts; each one that is set up gets every notice. */
export interface AlertChannel {
  /** What its notices are booked under. */
  readonly service: string
  /**
   * Tells of one notice, and is done when it is there. `key` is the notice's own for ever: where no answer came it is
   * told again under the same key, by which whoever gets it twice can tell; `isAgain` then, for those who tell people.
   * @throws ServiceFailure
   */
  tell(notice: Notice, key: string, isAgain?: boolean): Promise<void>
}
