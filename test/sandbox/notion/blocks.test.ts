import { isFullBlock, type BlockObjectRequest } from '@notionhq/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { notionServer, type NotionServer } from './support/server.ts'
import { paragraph, text } from './support/text.ts'

const PATH = `/v1/blocks/${PARENT_PAGE_ID}/children`

let server: NotionServer

beforeEach(async () => {
  server = await notionServer()
})

async function append(children: BlockObjectRequest[]): Promise<readonly string[]> {
  const { results } = await server.notion.blocks.children.append({ block_id: PARENT_PAGE_ID, children })
  return results.map(({ id }) => id)
}

/** The blocks of the page as they are listed. */
async function blocksOfPage(): Promise<readonly unknown[]> {
  return (await server.notion.blocks.children.list({ block_id: PARENT_PAGE_ID })).results
}

async function texts(blockId = PARENT_PAGE_ID): Promise<readonly string[]> {
  const { results } = await server.notion.blocks.children.list({ block_id: blockId })
  return results.map(block =>
    isFullBlock(block) && block.type === 'paragraph'
      ? block.paragraph.rich_text.map(one => one.plain_text).join('')
      : '-',
  )
}

async function refusal(children: unknown): Promise<string> {
  const answer = await server.call('PATCH', PATH, { children })
  expect(await texts()).toEqual([])
  expect(await server.writes()).toEqual([])
  return `${String(answer.status)} ${String(answer.body['message'])}`
}

test('blocks are appended at the end, and nowhere else', async () => {
  const [first = ''] = await append([paragraph('a'), paragraph('b')])
  await append([paragraph('c')])
  expect(await texts()).toEqual(['a', 'b', 'c'])
  for (const place of [{ after: first }, { position: { type: 'start' } }]) {
    const answer = await server.call('PATCH', PATH, { children: [paragraph('x')], ...place })
    expect(answer.body['message']).toMatch(/^The sandbox does not take body\.(?:after|position)/)
  }
})

test('100 are listed by pages; the cursor is the next block', async () => {
  const ids: string[] = []
  for (const part of [0, 100, 200]) {
    const count = part === 200 ? 50 : 100
    ids.push(...(await append(Array.from({ length: count }, (_, index) => paragraph(String(part + index))))))
  }
  const listed: string[] = []
  let cursor: string | null = null
  do {
    const page = await server.notion.blocks.children.list({
      block_id: PARENT_PAGE_ID,
      ...(cursor === null ? {} : { start_cursor: cursor }),
    })
    listed.push(...page.results.map(({ id }) => id))
    cursor = page.next_cursor
    expect(cursor).toBe(page.has_more ? ids[listed.length] : null)
  } while (cursor !== null)
  expect(listed).toEqual(ids)
  const wrong = await server.call('GET', `${PATH}?start_cursor=00000000-0000-4000-8000-000000000000`)
  expect(wrong.body['message']).toMatch(/^The start_cursor provided is invalid/)
})

describe('limits', () => {
  const deep = (levels: number): unknown => ({
    toggle: { rich_text: [], ...(levels === 0 ? {} : { children: [deep(levels - 1)] }) },
  })

  test('100 blocks a list, not 101', async () => {
    const many = (count: number): unknown => Array.from({ length: count }, () => ({ divider: {} }))
    expect(await refusal(many(101))).toBe(
      '400 body failed validation: body.children.length should be ≤ `100`, instead was `101`.',
    )
    expect((await server.call('PATCH', PATH, { children: many(100) })).status).toBe(200)
  })

  test('two levels of children, not three', async () => {
    expect(await refusal([deep(3)])).toMatch(/toggle\.children should be not present/)
    expect((await server.call('PATCH', PATH, { children: [deep(2)] })).status).toBe(200)
  })

  test('1,000 blocks a request, not 1,001', async () => {
    const group = (count: number): unknown => ({
      toggle: { rich_text: [], children: Array.from({ length: count }, () => ({ divider: {} })) },
    })
    const thousand = Array.from({ length: 10 }, () => group(99))
    expect(await refusal([...thousand, { divider: {} }])).toMatch(/≤ `1000`, instead was `1001`/)
    expect((await server.call('PATCH', PATH, { children: thousand })).status).toBe(200)
  })

  test('2,000 characters a piece and 100 pieces', async () => {
    expect(await refusal([paragraph('x'.repeat(2001))])).toBe(
      '400 body failed validation: body.children[0].paragraph.rich_text[0].text.content.length should be ≤ `2000`, instead was `2001`.',
    )
    const pieces = (count: number): unknown => [
      { paragraph: { rich_text: Array.from({ length: count }, () => text('a')[0]) } },
    ]
    expect(await refusal(pieces(101))).toMatch(/rich_text\.length should be ≤ `100`/)
    expect((await server.call('PATCH', PATH, { children: pieces(100) })).status).toBe(200)
  })
})

test.each<[string, unknown, RegExp]>([
  ['no children', undefined, /body\.children should be defined/],
  ['an unknown type', [{ note: {} }], /Fix one:\nbody\.children\[0\]\.code should be defined/],
  [
    'a type the sandbox does not keep',
    [{ image: { external: { url: 'https://x.example/a.png' } } }],
    /The sandbox does not keep image blocks/,
  ],
  [
    'an unknown key',
    [{ paragraph: { rich_text: [], bold: true } }],
    /body\.children\[0\]\.paragraph\.bold should be not present/,
  ],
  [
    'a type that does not fit',
    [{ type: 'quote', paragraph: { rich_text: [] } }],
    /\.type should be `"paragraph"`, instead was `"quote"`/,
  ],
  [
    'an unknown language',
    [{ code: { rich_text: [], language: 'ts' } }],
    /language should be `"abap"`, .*instead was `"ts"`/,
  ],
  ['an unknown colour', [{ paragraph: { rich_text: [], color: 'mauve' } }], /color should be `"default"`/],
  ['a table without rows', [{ table: { table_width: 1, children: [] } }], /at least one row/],
  [
    'a table of another width',
    [{ table: { table_width: 2, children: [{ table_row: { cells: [[]] } }] } }],
    /must match the table width/,
  ],
  ['children of a divider', [{ divider: { children: [] } }], /children should be not present/],
  [
    'a mention of a person',
    [{ paragraph: { rich_text: [{ mention: { user: { id: PARENT_PAGE_ID } } }] } }],
    /The sandbox does not take body\.children\[0\]\.paragraph\.rich_text\[0\]\.mention\.user/,
  ],
])('%s is refused', async (_what, children, message) => {
  expect(await refusal(children)).toMatch(message)
})

test('rich text is completed as Notion does', async () => {
  await append([
    {
      paragraph: {
        rich_text: [
          { text: { content: 'a', link: { url: 'https://x.example/' } }, annotations: { bold: true } },
        ],
      },
    },
  ])
  expect(await blocksOfPage()).toMatchObject([
    {
      paragraph: {
        color: 'default',
        icon: null,
        rich_text: [
          {
            type: 'text',
            plain_text: 'a',
            href: 'https://x.example/',
            annotations: {
              bold: true,
              italic: false,
              strikethrough: false,
              underline: false,
              code: false,
              color: 'default',
            },
          },
        ],
      },
    },
  ])
})

test('a deleted block is gone from the list; a second delete is refused, and so is content below it', async () => {
  const [a = '', b = ''] = await append([{ toggle: { rich_text: text('a') } }, paragraph('b')])
  expect(await server.notion.blocks.delete({ block_id: a })).toMatchObject({ in_trash: true, archived: true })
  expect(await texts()).toEqual(['b'])
  const again = await server.call('DELETE', `/v1/blocks/${a}`)
  expect(again.body['message']).toMatch(/Can't edit block that is archived/)
  const below = await server.call('PATCH', `/v1/blocks/${a}/children`, { children: [paragraph('x')] })
  expect(below.body['message']).toMatch(/Can't edit block that is archived/)
  expect((await server.writes()).map(({ kind, object_id: id }) => [kind, id])).toEqual([
    ['blocks.append', PARENT_PAGE_ID],
    ['block.delete', a],
  ])
  expect(b).not.toBe(a)
})

test('children lie below blocks that take them, and their page is named in the ledger', async () => {
  const [closed = '', open = ''] = await append([
    { heading_1: { rich_text: text('closed') } },
    { toggle: { rich_text: text('open') } },
  ])
  const refused = await server.call('PATCH', `/v1/blocks/${closed}/children`, { children: [paragraph('x')] })
  expect(refused.body['message']).toBe('Block does not support children.')
  await server.notion.blocks.children.append({ block_id: open, children: [paragraph('x')] })
  expect(await texts(open)).toEqual(['x'])
  expect(await blocksOfPage()).toMatchObject([{ has_children: false }, { has_children: true }])
  expect((await server.writes(PARENT_PAGE_ID)).at(-1)).toMatchObject({
    kind: 'blocks.append',
    object_id: open,
    changed: [{ type: 'paragraph', text: 'x' }],
  })
})

test('a page in the trash takes no content', async () => {
  const page = await server.notion.pages.create({
    parent: { page_id: PARENT_PAGE_ID },
    properties: { title: { title: text('P') } },
  })
  await server.notion.blocks.delete({ block_id: page.id })
  const answer = await server.call('PATCH', `/v1/blocks/${page.id}/children`, { children: [paragraph('x')] })
  expect(answer.body['message']).toMatch(/archived/)
})
