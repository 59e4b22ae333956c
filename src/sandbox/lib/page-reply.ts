/** Sending a page of the sandbox. */
import type { Html } from './html.ts'
import type { Reply } from './service.ts'

/** The page, which may load and run nothing and is never cached. */
export function pageReply(page: Html, status = 200): Reply {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // Not no-referrer: with it browsers send forms with the origin "null", and those are refused.
      'referrer-policy': 'same-origin',
    },
    body: page.markup,
  }
}
