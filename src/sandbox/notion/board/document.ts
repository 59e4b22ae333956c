/** A page's content as HTML. */
import { html, type Html } from '../../lib/html.ts'
import { isObject, objectOf, stringOf, type JsonObject } from '../../lib/json.ts'
import type { Block } from '../model.ts'
import { plainOf } from '../rich-text.ts'
import { titleOfPage, type Workspace } from '../workspace.ts'

/** All blocks of a page or block, with those below them. */
export function document(workspace: Workspace, parentId: string): Html {
  const blocks = workspace.blocks.in(parentId)
  return html`${grouped(blocks).map(group => showGroup(workspace, group))}`
}

/** Neighbouring items of a list belong together. */
function grouped(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const groups: Block[][] = []
  for (const block of blocks) {
    const last = groups.at(-1)
    if (last?.[0]?.type === block.type && block.type.endsWith('_list_item')) last.push(block)
    else groups.push([block])
  }
  return groups
}

function showGroup(workspace: Workspace, group: readonly Block[]): Html {
  const [first] = group
  if (first === undefined) return html``
  const items = group.map(
    block => html`<li>${richText(block.content['rich_text'])}${document(workspace, block.id)}</li>`,
  )
  if (first.type === 'bulleted_list_item') {
    return html`<ul>
      ${items}
    </ul>`
  }
  if (first.type === 'numbered_list_item') {
    return html`<ol>
      ${items}
    </ol>`
  }
  return showBlock(workspace, first)
}

function showBlock(workspace: Workspace, block: Block): Html {
  const text = richText(block.content['rich_text'])
  const below = block.type === 'table' ? html`` : nested(workspace, block.id)
  switch (block.type) {
    case 'heading_1':
      return html`<h2>${text}</h2>
        ${below}`
    case 'heading_2':
      return html`<h3>${text}</h3>
        ${below}`
    case 'heading_3':
      return html`<h4>${text}</h4>
        ${below}`
    case 'quote':
      return html`<blockquote>${text}${below}</blockquote>`
    case 'code':
      return html`<pre><code>${plainOf(block.content['rich_text'])}</code></pre>`
    case 'divider':
      return html`<hr />`
    case 'to_do':
      return html`<p>${block.content['checked'] === true ? '☑' : '☐'} ${text}</p>
        ${below}`
    case 'toggle':
      return html`<details open>
        <summary>${text}</summary>
        ${below}
      </details>`
    case 'callout':
      return html`<div class="callout">
        <span>${stringOf(objectOf(block.content, 'icon') ?? {}, 'emoji') ?? ''}</span>
        <div>${text}${below}</div>
      </div>`
    case 'table':
      return table(workspace, block)
    case 'child_page':
      return html`<p>📄 <a href="/board/pages/${block.id}">${titleOfPage(workspace, block.id)}</a></p>`
    case 'child_database':
      return html`<p>🗂 ${plainOf(workspace.databases.find(block.id)?.title)}</p>`
    default:
      return html`<p>${text}</p>
        ${below}`
  }
}

function nested(workspace: Workspace, id: string): Html {
  return workspace.blocks.count(id) > 0 ? html`<div class="below">${document(workspace, id)}</div>` : html``
}

function table(workspace: Workspace, block: Block): Html {
  const rows = workspace.blocks.in(block.id).map((row, index) => {
    const cells = Array.isArray(row.content['cells']) ? row.content['cells'] : []
    const isHead = index === 0 && block.content['has_column_header'] === true
    return html`<tr>
      ${cells.map(cell => (isHead ? html`<th>${richText(cell)}</th>` : html`<td>${richText(cell)}</td>`))}
    </tr>`
  })
  return html`<div class="scroll">
    <table>
      ${rows}
    </table>
  </div>`
}

/** Rich text with its formatting. */
function richText(value: unknown): Html {
  return html`${(Array.isArray(value) ? value : []).filter(isObject).map(piece)}`
}

function piece(part: JsonObject): Html {
  const marks = objectOf(part, 'annotations') ?? {}
  const text = lines(stringOf(part, 'plain_text') ?? '')
  const coded = marks['code'] === true ? html`<code>${text}</code>` : text
  const bold = marks['bold'] === true ? html`<b>${coded}</b>` : coded
  const italic = marks['italic'] === true ? html`<i>${bold}</i>` : bold
  const struck = marks['strikethrough'] === true ? html`<s>${italic}</s>` : italic
  const href = stringOf(part, 'href')
  return href === undefined ? struck : link(href, struck)
}

function lines(text: string): Html {
  return html`${text.split('\n').map((line, index) => (index === 0 ? html`${line}` : html`<br />${line}`))}`
}

function link(href: string, text: string | Html): Html {
  // Anything but the web's own schemes (javascript:, data:) is shown as text.
  if (!/^https?:\/\//i.test(href)) return html`${text}`
  return html`<a href="${href}" rel="noreferrer">${text}</a>`
}
