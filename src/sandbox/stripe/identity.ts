/** The account and the keys that the stand-in knows. Data only: `services.ts` reads it without starting anything. */

/** The one account. */
export const ACCOUNT_ID = 'acct_sandbox0000'

/** The secret key of test mode. */
export const TEST_KEY = 'sk_test_sandbox0000'

/** The secret key of live mode: what is made with it is live, and seen with keys of live mode only. */
export const LIVE_KEY = 'sk_live_sandbox0000'

/** A restricted key of test mode that may only read. */
export const READING_KEY = 'rk_test_sandboxread'

/** As good as the others, so that a change of keys can be rehearsed. */
export const OTHER_KEYS: readonly string[] = [
  'sk_test_sandbox1111',
  'rk_test_sandbox0000',
  'rk_live_sandbox0000',
]

/** A key that was rolled: calls with it answer 401 `api_key_expired`. */
export const EXPIRED_KEY = 'sk_test_sandboxexpired'

/** The secret that signs webhooks to endpoints that were named without a secret of their own. */
export const WEBHOOK_SECRET = 'whsec_sandbox0000'

/** The only version of the API it speaks. */
export const API_VERSION = '2026-10-28.endive'
