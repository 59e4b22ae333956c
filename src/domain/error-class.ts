/**
 * Why a call or a run failed, in terms of what helps (SPEC §7). `transient` and `throttled` pass by
 * themselves, `credential` and `budget` wait for the operator's account, `permanent` and `data` fail the
 * same way each time.
 */
export type ErrorClass = 'transient' | 'throttled' | 'permanent' | 'credential' | 'budget' | 'data'

/** What the pipeline does with a failure of each class. */
export const ERROR_CLASSES = {
  transient: { retried: true, worthReplay: true },
  throttled: { retried: true, worthReplay: true },
  permanent: { retried: false, worthReplay: false },
  credential: { retried: true, worthReplay: true },
  budget: { retried: false, worthReplay: true },
  data: { retried: false, worthReplay: false },
} as const satisfies Record<
  ErrorClass,
  {
    /** Tried again after a wait, until the attempts are used up. */
    retried: boolean
    /** Repeating a run that failed so can end otherwise. */
    worthReplay: boolean
  }
>
