/** The frame of every page of the sandbox. */
import { html, type Html } from './html.ts'
import { PAGE_STYLE } from './page-style.ts'
import type { Reply } from './service.ts'

/** One page. */
export interface PageFrame {
  readonly title: string
  readonly body: Html
  /** Looks of its own, on top of the sandbox's. */
  readonly style?: Html
  /** Loads itself again after so many seconds; never if left out. */
  readonly refreshSeconds?: number
}

/** The whole page; it loads nothing from elsewhere and runs no scripts. */
export function htmlDocument({ title, body, style = html``, refreshSeconds }: PageFrame): Html {
  const again =
    refreshSeconds === undefined ? html`` : html`<meta http-equiv="refresh" content="${refreshSeconds}" />`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${again}
        <title>${title}</title>
        <style>
          ${PAGE_STYLE} ${style}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`
}

/** What stands at the top of a page about a stand-in; `right` has what can be done there. */
export function pageHeader(title: Html | string, subtitle: string, right: readonly Html[]): Html {
  return html`<header>
    <div>
      <p class="eyebrow">EchoPilot sandbox</p>
      <h1>${title}</h1>
      <p class="sub">${subtitle}</p>
    </div>
    <div class="row">${right}</div>
  </header>`
}

/** A button that leads to another page. */
export function linkButton(label: string, path: string): Html {
  return html`<a class="button" href="${path}">${label}</a>`
}

/** Why what somebody tried did not work; nothing where it did. */
export function problemCard(problem: string): Html {
  if (problem === '') return html``
  return html`<section class="card alarm" role="alert"><b>That did not work.</b> ${problem}</section>`
}

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
