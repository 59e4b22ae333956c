/** Rich text: read from requests, completed as answers carry it. */
import { isObject, stringOf, type JsonObject } from '../lib/json.ts'
import { invalid } from './errors.ts'
import { choiceAt, flagAt, idAt, listAt, objectAt, textAt, wrongChoice } from './shape.ts'

/** Rich text as answers carry it. */
export type JsonList = readonly JsonObject[]

/** What a mention of a page is called; given by the caller, who has the pages. */
export type TitleOf = (pageId: string) => string

const COLORS = ['gray', 'brown', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'red']

/** Colours of text and blocks. */
export const API_COLORS = [
  'default',
  ...COLORS,
  'default_background',
  ...COLORS.map(color => `${color}_background`),
]

/** The same colours without backgrounds: those of options. */
export const OPTION_COLORS = ['default', ...COLORS]

const PLAIN = {
  bold: false,
  italic: false,
  strikethrough: false,
  underline: false,
  code: false,
  color: 'default',
}
const PIECE_KEYS = ['type', 'text', 'mention', 'annotations', 'plain_text', 'href']
const UNTITLED: TitleOf = () => 'Untitled'

/** One unformatted piece, or none for empty text. */
export function plainRichText(text: string): JsonList {
  return text === '' ? [] : [textPiece(text, null, PLAIN)]
}

/** The text without its formatting. */
export function plainOf(richText: unknown): string {
  if (!Array.isArray(richText)) return ''
  return richText.map(piece => (isObject(piece) ? (stringOf(piece, 'plain_text') ?? '') : '')).join('')
}

/** Reads a list of at most 100 pieces of at most 2,000 characters; empty pieces vanish, as in Notion. */
export function richTextAt(value: unknown, path: string, titleOf: TitleOf = UNTITLED): JsonList {
  return listAt(value, path).flatMap((piece, index) => {
    const read = pieceAt(piece, `${path}[${String(index)}]`, titleOf)
    return plainOf([read]) === '' && read['type'] === 'text' ? [] : [read]
  })
}

function pieceAt(value: unknown, path: string, titleOf: TitleOf): JsonObject {
  const piece = objectAt(value, path, PIECE_KEYS, ['equation'])
  const annotations = annotationsAt(piece['annotations'], `${path}.annotations`)
  if (piece['text'] !== undefined) return textAtPiece(piece['text'], `${path}.text`, annotations)
  if (piece['mention'] !== undefined)
    return mentionAt(piece['mention'], `${path}.mention`, annotations, titleOf)
  throw wrongChoice(path, ['text', 'mention', 'equation'], value)
}

function annotationsAt(value: unknown, path: string): JsonObject {
  if (value === undefined) return PLAIN
  const given = objectAt(value, path, Object.keys(PLAIN))
  const flag = (name: string): boolean => flagAt(given[name], `${path}.${name}`, false)
  return {
    bold: flag('bold'),
    italic: flag('italic'),
    strikethrough: flag('strikethrough'),
    underline: flag('underline'),
    code: flag('code'),
    color: given['color'] === undefined ? 'default' : choiceAt(given['color'], `${path}.color`, API_COLORS),
  }
}

function textAtPiece(value: unknown, path: string, annotations: JsonObject): JsonObject {
  const text = objectAt(value, path, ['content', 'link'])
  const content = textAt(text['content'], `${path}.content`)
  const link = text['link']
  if (link === undefined || link === null) return textPiece(content, null, annotations)
  const url = textAt(objectAt(link, `${path}.link`)['url'], `${path}.link.url`)
  if (!url.startsWith('/') && !URL.canParse(url)) throw invalid('Invalid URL for link.')
  return textPiece(content, url, annotations)
}

function textPiece(content: string, url: string | null, annotations: JsonObject): JsonObject {
  return {
    type: 'text',
    text: { content, link: url === null ? null : { url } },
    annotations,
    plain_text: content,
    href: url,
  }
}

const OTHER_MENTIONS = ['user', 'date', 'database', 'template_mention', 'custom_emoji']

function mentionAt(value: unknown, path: string, annotations: JsonObject, titleOf: TitleOf): JsonObject {
  const mention = objectAt(value, path, ['type', 'page'], OTHER_MENTIONS)
  if (mention['page'] === undefined) throw wrongChoice(path, ['page', ...OTHER_MENTIONS], value)
  const id = idAt(objectAt(mention['page'], `${path}.page`)['id'], `${path}.page.id`)
  return {
    type: 'mention',
    mention: { type: 'page', page: { id } },
    annotations,
    plain_text: titleOf(id),
    href: `https://www.notion.so/${id.replaceAll('-', '')}`,
  }
}

/** True for a piece that refers to a page: page objects carry at most 25 of them. */
export function isReference(piece: JsonObject): boolean {
  return piece['type'] === 'mention'
}
