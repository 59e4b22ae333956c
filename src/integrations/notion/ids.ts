/** The ids that an address of Notion holds, as Notion writes them: dashed, lower case; null for those that it does not. */
export interface NotionAddress {
  /** What the path leads to: a page, a database, or a data source. */
  readonly place: string | null
  /** The row that is open beside or before a database (`?p=`). */
  readonly peek: string | null
  /** The block that is scrolled to (`#`). */
  readonly block: string | null
}

/**
 * Reads an id with or without dashes, or an address in any form that Notion gives: of notion.so, notion.site or
 * the app (`notion://`), with a workspace and a title in its path, and `collection://` of a data source. `?v=`
 * names a view of the place, and is not read.
 */
export function notionAddress(text: string): NotionAddress {
  const bare = text.trim().replace(/^[<"'(]+|[>"')]+$/g, '')
  const [beforeHash = '', hash = ''] = bare.split('#', 2)
  const [path = '', query = ''] = beforeHash.split('?', 2)
  const segments = path.split('/').toReversed()
  return {
    place: segments.map(idAtEnd).find(id => id !== null) ?? null,
    peek: idAtEnd(new URLSearchParams(query).get('p') ?? ''),
    block: idAtEnd(hash),
  }
}

/** All ids of an address, the most specific first: what the person who copied it means. */
export function notionIds(text: string): string[] {
  const { place, peek, block } = notionAddress(text)
  return [block, peek, place].filter(id => id !== null)
}

/** A title may stand before it, and end in a letter that is a hexadecimal digit too. */
function idAtEnd(text: string): string | null {
  const hex = /[0-9a-f]{32}$/i.exec(text.replaceAll('-', ''))?.[0].toLowerCase()
  if (hex === undefined) return null
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Where a person sees a page. The sandbox listens on this machine, where its own board shows it; Notion never does. */
export function pageAddress(baseUrl: string, pageId: string): string {
  const { hostname, origin } = new URL(baseUrl)
  return LOOPBACK.has(hostname)
    ? `${origin}/board/pages/${pageId}`
    : `https://www.notion.so/${pageId.replaceAll('-', '')}`
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])
