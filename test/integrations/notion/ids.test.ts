/** Addresses of Notion in every form that its app, its sites and its API give. */
import { expect, test } from 'vitest'
import { notionAddress, notionIds } from '../../../src/integrations/notion/ids.ts'

const PAGE = '0f3c5d1e-7a2b-4c9d-8e6f-a1b2c3d4e5f6'
const ROW = 'deadbeef-0000-4000-8000-00000000cafe'
const BLOCK = 'feedface-1111-4111-9111-111111111111'
const VIEW = '77777777777777777777777777777777'
const bare = (id: string): string => id.replaceAll('-', '')

test.for([
  PAGE,
  bare(PAGE),
  bare(PAGE).toUpperCase(),
  `  ${PAGE}\n`,
  `<https://www.notion.so/${bare(PAGE)}>`,
  `https://www.notion.so/${bare(PAGE)}`,
  `https://notion.so/Spring-opening-${bare(PAGE)}`,
  `https://www.notion.so/acme/Work-${bare(PAGE)}?v=${VIEW}`,
  `https://www.notion.so/acme/Cafe-${bare(PAGE)}?v=${VIEW}&pvs=4`,
  `https://www.notion.so/${PAGE}/`,
  `https://acme.notion.site/Public-face-${bare(PAGE)}?pvs=4`,
  `https://www.notion.so/native/acme/Work-${bare(PAGE)}?deepLinkOpenNewTab=true`,
  `notion://www.notion.so/acme/${bare(PAGE)}`,
  `collection://${PAGE}`,
  `http://127.0.0.1:4701/board/pages/${PAGE}`,
])('%s', text => {
  expect(notionAddress(text)).toEqual({ place: PAGE, peek: null, block: null })
})

test('a row open beside its database, and a block within a page, are what is meant', () => {
  const peek = `https://www.notion.so/acme/${bare(PAGE)}?v=${VIEW}&p=${bare(ROW)}&pm=s`
  expect(notionAddress(peek)).toEqual({ place: PAGE, peek: ROW, block: null })
  expect(notionIds(peek)).toEqual([ROW, PAGE])
  const block = `https://www.notion.so/Title-${bare(PAGE)}?pvs=4#${bare(BLOCK)}`
  expect(notionIds(block)).toEqual([BLOCK, PAGE])
})

test.for(['', 'task_01k9zz8x7c6v5b4n3m2q1w0e9r', 'https://www.notion.so/acme', `?v=${VIEW}`, 'cafe'])(
  '"%s" holds none',
  text => {
    expect(notionIds(text)).toEqual([])
  },
)
