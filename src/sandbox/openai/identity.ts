/** The keys that the stand-in knows. Data only: `services.ts` reads it without starting anything. */

/** The key in the environment of programs that use the sandbox. */
export const SANDBOX_KEY = 'sk-sandbox-echopilot-0000000000000000'

/** As good as the first, so that a change of keys, and a judge with one of its own, can be rehearsed. */
export const SECOND_KEY = 'sk-sandbox-second-0000000000000000000'

/** This key is valid and has no money left: chat calls answer 429 `insufficient_quota`. */
export const NO_QUOTA_KEY = 'sk-sandbox-noquota'
