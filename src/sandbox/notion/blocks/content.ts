/** Reading what stands under a block's type. */
import type { JsonObject } from '../../lib/json.ts'
import { iconAt } from '../appearance.ts'
import { API_COLORS, richTextAt, type TitleOf } from '../rich-text.ts'
import { choiceAt, flagAt, listAt, numberAt, objectAt, textAt, wrong } from '../shape.ts'
import { blockType, LANGUAGES, type BlockType } from './types.ts'

/** Reads what stands under a block's type. `old` fills what an update leaves out. */
export function contentAt(
  type: string,
  part: JsonObject,
  path: string,
  titleOf: TitleOf,
  old?: JsonObject,
): JsonObject {
  const traits = blockType(type) ?? {}
  objectAt(part, path, keysOf(type, traits))
  return {
    ...(traits.text === true ? { rich_text: textOf(part, path, titleOf, old) } : {}),
    ...(traits.icon === true ? { icon: iconOf(type, part, path, old) } : {}),
    ...(traits.color === true ? { color: colorOf(part, path, old) } : {}),
    ...(traits.checked === true
      ? { checked: flagAt(part['checked'], `${path}.checked`, old?.['checked'] === true) }
      : {}),
    ...(traits.toggleable === true
      ? {
          is_toggleable: flagAt(
            part['is_toggleable'],
            `${path}.is_toggleable`,
            old?.['is_toggleable'] === true,
          ),
        }
      : {}),
    ...(traits.url === true ? { url: urlOf(part, path, old) } : {}),
    ...(traits.caption === true ? { caption: captionOf(part, path, titleOf, old) } : {}),
    ...specialContent(type, part, path, titleOf, old),
  }
}

function keysOf(type: string, traits: BlockType): readonly string[] {
  const special: Readonly<Record<string, readonly string[]>> = {
    code: ['language'],
    equation: ['expression'],
    table: ['table_width', 'has_column_header', 'has_row_header'],
    table_row: ['cells'],
  }
  return [
    'children',
    ...(traits.text === true ? ['rich_text'] : []),
    ...(traits.icon === true ? ['icon'] : []),
    ...(traits.color === true ? ['color'] : []),
    ...(traits.checked === true ? ['checked'] : []),
    ...(traits.toggleable === true ? ['is_toggleable'] : []),
    ...(traits.url === true ? ['url'] : []),
    ...(traits.caption === true ? ['caption'] : []),
    ...(special[type] ?? []),
  ]
}

function textOf(part: JsonObject, path: string, titleOf: TitleOf, old: JsonObject | undefined): unknown {
  if (part['rich_text'] === undefined && old !== undefined) return old['rich_text']
  return richTextAt(part['rich_text'], `${path}.rich_text`, titleOf)
}

function captionOf(part: JsonObject, path: string, titleOf: TitleOf, old: JsonObject | undefined): unknown {
  if (part['caption'] === undefined) return old?.['caption'] ?? []
  return richTextAt(part['caption'], `${path}.caption`, titleOf)
}

function colorOf(part: JsonObject, path: string, old: JsonObject | undefined): unknown {
  if (part['color'] === undefined) return old?.['color'] ?? 'default'
  return choiceAt(part['color'], `${path}.color`, API_COLORS)
}

function iconOf(type: string, part: JsonObject, path: string, old: JsonObject | undefined): unknown {
  if (part['icon'] !== undefined) return iconAt(part['icon'], `${path}.icon`)
  if (old !== undefined) return old['icon'] ?? null
  // A callout without an icon gets Notion's light bulb.
  return type === 'callout' ? { type: 'emoji', emoji: '💡' } : null
}

function urlOf(part: JsonObject, path: string, old: JsonObject | undefined): unknown {
  if (part['url'] === undefined && old !== undefined) return old['url']
  return textAt(part['url'], `${path}.url`)
}

function specialContent(
  type: string,
  part: JsonObject,
  path: string,
  titleOf: TitleOf,
  old: JsonObject | undefined,
): JsonObject {
  switch (type) {
    case 'code':
      if (part['language'] === undefined && old !== undefined) return { language: old['language'] }
      return { language: choiceAt(part['language'], `${path}.language`, LANGUAGES) }
    case 'equation':
      return { expression: textAt(part['expression'], `${path}.expression`, 1000) }
    case 'table_row':
      return { cells: cellsAt(part['cells'], `${path}.cells`, titleOf) }
    case 'table':
      return tableContent(part, path, old)
    default:
      return {}
  }
}

function tableContent(part: JsonObject, path: string, old: JsonObject | undefined): JsonObject {
  const width = old === undefined ? numberAt(part['table_width'], `${path}.table_width`) : old['table_width']
  if (typeof width !== 'number' || width < 1 || !Number.isInteger(width)) {
    throw wrong(`${path}.table_width`, '≥ `1`', part['table_width'])
  }
  const header = (name: string): boolean => flagAt(part[name], `${path}.${name}`, old?.[name] === true)
  return {
    table_width: width,
    has_column_header: header('has_column_header'),
    has_row_header: header('has_row_header'),
  }
}

function cellsAt(value: unknown, path: string, titleOf: TitleOf): readonly unknown[] {
  return listAt(value, path).map((cell, index) => richTextAt(cell, `${path}[${String(index)}]`, titleOf))
}
