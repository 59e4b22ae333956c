/** The id in an address of Notion, or in an id with or without dashes; null where there is none. Dashed, lower case. */
export function notionId(text: string): string | null {
  // The id is the last run of 32 hex digits of the path; `?v=` names a view and `#` a block.
  const path = text.trim().split(/[?#]/)[0]?.replaceAll('-', '') ?? ''
  const hex = /([0-9a-f]{32})\/?$/i.exec(path)?.[1]?.toLowerCase()
  if (hex === undefined) return null
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
