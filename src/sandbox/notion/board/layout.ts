/** The frame of the board's pages. */
import { html, type Html } from '../../lib/html.ts'
import { PAGE_STYLE } from '../../lib/page-style.ts'
import { WORKSPACE_NAME } from '../identity.ts'
import { BOARD_STYLE } from './style.ts'

/** One page of the board. */
export interface BoardPage {
  readonly title: string
  readonly body: Html
  /** The path to load again. */
  readonly path: string
  /** Loads itself again every few seconds. */
  readonly live: boolean
  /** What went wrong with the form that led here. */
  readonly problem: string
}

const LIVE_SECONDS = '3'

/** The whole page; it loads nothing from elsewhere and runs no scripts. */
export function boardLayout(page: BoardPage): Html {
  const other = page.live ? page.path : `${page.path}${page.path.includes('?') ? '&' : '?'}live=1`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${page.live ? html`<meta http-equiv="refresh" content="${LIVE_SECONDS}" />` : html``}
        <title>${page.title} – Notion sandbox</title>
        <style>
          ${PAGE_STYLE} ${BOARD_STYLE}
        </style>
      </head>
      <body>
        <header>
          <div>
            <p class="eyebrow">${WORKSPACE_NAME}</p>
            <h1><a href="/">Notion board</a></h1>
          </div>
          <div class="row">
            <a class="button" href="${other}">${page.live ? 'Stop updating' : 'Keep updating'}</a>
            <a class="button" href="${page.path}">Refresh</a>
            <a class="button" href="/__sandbox/">Calls and faults</a>
          </div>
        </header>
        <main>${page.problem === '' ? html`` : problemCard(page.problem)} ${page.body}</main>
      </body>
    </html>`
}

function problemCard(problem: string): Html {
  return html`<section class="card alarm" role="alert"><b>That did not work.</b> ${problem}</section>`
}
