/** What is told of a run of a job: that it begins, or how it ended. */
export type JobNews =
  { readonly kind: 'start' } | { readonly kind: 'end'; readonly isGood: boolean; readonly exit: number }

/**
 * Whoever hears of each run of a job, and calls for help where nothing comes any more: what a machine that is down cannot
 * do itself.
 */
export interface JobWatch {
  /** Whether it wants to hear of a job. */
  watches(job: string): boolean
  /**
   * Tells it, within a few seconds or not at all. Told twice is no harm.
   * @throws ServiceFailure
   */
  tell(job: string, news: JobNews): Promise<void>
}
