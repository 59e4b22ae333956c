/** The frame of the board's pages. */
import { htmlDocument, linkButton, pageHeader, problemCard } from '../../lib/document.ts'
import { html, type Html } from '../../lib/html.ts'

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

const LIVE_SECONDS = 3

/** The whole page; it loads nothing from elsewhere and runs no scripts. */
export function boardLayout(page: BoardPage): Html {
  const other = page.live ? page.path : `${page.path}${page.path.includes('?') ? '&' : '?'}live=1`
  return htmlDocument({
    title: `${page.title} – Notion sandbox`,
    style: BOARD_STYLE,
    ...(page.live ? { refreshSeconds: LIVE_SECONDS } : {}),
    body: html`${pageHeader(html`<a href="/">Notion board</a>`, 'What people see in their workspace', [
        linkButton(page.live ? 'Stop updating' : 'Keep updating', other),
        linkButton('Refresh', page.path),
        linkButton('Calls and faults', '/__sandbox/'),
      ])}
      <main>${problemCard(page.problem)} ${page.body}</main>`,
  })
}

/** The looks of the board, on top of the sandbox's own. */
const BOARD_STYLE: Html = html`
  header, main { max-width: 1240px } header { padding-bottom: 12px } h1 a { color: inherit; text-decoration:
  none } nav { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 18px; border-bottom: 1px solid
  var(--line) } nav a { padding: 8px 12px; text-decoration: none; color: var(--soft); border-bottom: 2px solid
  transparent; margin-bottom: -1px } nav a:hover { color: var(--ink) } nav a[aria-current] { color:
  var(--ink); font-weight: 600; border-color: var(--accent) } .count { color: var(--soft); font-weight: 400;
  font-size: 13px; margin-left: 4px } .columns { display: grid; grid-template-columns: repeat(auto-fill,
  minmax(250px, 1fr)); gap: 14px; align-items: start; margin-bottom: 20px } .column { background: color-mix(in
  srgb, var(--tag) 55%, transparent); border-radius: 12px; padding: 12px } .column h3 { margin: 0 0 10px;
  display: flex; justify-content: space-between; align-items: center } .item { background: var(--card);
  border: 1px solid var(--line); border-radius: 9px; padding: 12px 13px; margin-top: 8px } .item .name {
  color: inherit; font-weight: 600; text-decoration: none; overflow-wrap: anywhere } .item .name:hover {
  color: var(--accent) } .item p { color: var(--soft); font-size: 13.5px; margin: 4px 0 0; overflow-wrap:
  anywhere; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden }
  .facts { display: flex; flex-wrap: wrap; gap: 5px; margin-top: 9px } .foot { display: flex; justify-content:
  space-between; align-items: center; gap: 8px; margin-top: 10px; font-size: 13px; color: var(--soft) } .tick
  { display: inline-flex; align-items: center; gap: 7px; padding: 3px 9px 3px 7px; font-size: 13px } .box {
  width: 15px; height: 15px; border: 1.5px solid var(--soft); border-radius: 4px; display: inline-grid;
  place-items: center; font-size: 11px; line-height: 1; color: transparent } .ticked .box { background:
  var(--accent); border-color: var(--accent); color: var(--card) } .ticked { color: var(--accent);
  border-color: var(--accent) } .c-gray { background: #8883; } .c-brown { background: #a0704433 } .c-orange {
  background: #e8912d33 } .c-yellow { background: #e3b92c3d } .c-green { background: #2f9e5a33 } .c-blue {
  background: #2f7fd833 } .c-purple { background: #8a5cd633 } .c-pink { background: #d6569c33 } .c-red {
  background: #d9443f33 } .fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px,
  1fr)); gap: 12px 14px } label { display: block; font-size: 13px; color: var(--soft) } label.wide {
  grid-column: 1 / -1 } label.check { display: flex; align-items: center; gap: 8px; align-self: end;
  padding-bottom: 8px; color: var(--ink) } input:not([type='checkbox']), select, textarea { display: block;
  width: 100%; margin-top: 4px; font: inherit; font-size: 14px; color: var(--ink); background: var(--page);
  border: 1px solid var(--line); border-radius: 7px; padding: 7px 10px } textarea { min-height: 74px; resize:
  vertical } input[type='checkbox'] { width: 17px; height: 17px; accent-color: var(--accent) }
  input:focus-visible, select:focus-visible, textarea:focus-visible, summary:focus-visible { outline: 2px
  solid var(--accent); outline-offset: 1px } summary { cursor: pointer; font-weight: 600 } details[open]
  summary { margin-bottom: 14px } .actions { display: flex; gap: 8px; margin-top: 14px; align-items: center;
  flex-wrap: wrap } .two { display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 18px; align-items:
  start } @media (max-width: 900px) { .two { grid-template-columns: minmax(0, 1fr) } } dl { margin: 0;
  display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 7px 14px; font-size: 14px } dt { color:
  var(--soft) } dd { margin: 0; overflow-wrap: anywhere } .title { font-size: 24px; line-height: 1.25; margin:
  0 0 6px; overflow-wrap: anywhere } .doc { overflow-wrap: anywhere } .doc p, .doc ul, .doc ol, .doc
  blockquote, .doc table, .doc pre { margin: 0 0 10px } .doc h2 { font-size: 21px; margin: 18px 0 8px } .doc
  h3 { font-size: 18px; color: inherit; margin: 16px 0 6px } .doc h4 { font-size: 15.5px; margin: 14px 0 6px }
  .doc ul, .doc ol { padding-left: 24px } .doc blockquote { border-left: 3px solid var(--line); padding-left:
  14px; color: var(--soft) } .doc pre { background: var(--page); border: 1px solid var(--line); border-radius:
  8px; padding: 12px 14px; overflow-x: auto; white-space: pre-wrap } .doc > :last-child { margin-bottom: 0 }
  .doc hr { border: 0; border-top: 1px solid var(--line); margin: 16px 0 } .doc td { white-space: normal }
  .callout { display: flex; gap: 10px; background: var(--page); border-radius: 8px; padding: 12px 14px;
  margin-bottom: 10px } .below { margin-left: 22px } .note { border-left: 3px solid var(--accent) } .wrap td {
  white-space: normal; overflow-wrap: anywhere } .crumb { margin-bottom: 14px; font-size: 14px } .empty {
  text-align: center; padding: 56px 24px } .empty p { margin: 8px auto 0; max-width: 520px; color: var(--soft)
  } .empty code { background: var(--tag); border-radius: 6px; padding: 3px 9px; font-size: 15px; color:
  var(--ink) }
`
