/** The frame of every page of the sandbox. */
import { html, type Html } from './html.ts'
import { PAGE_STYLE } from './page-style.ts'

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
