/** Icons and covers. */
import type { JsonObject } from '../lib/json.ts'
import { bare } from './ids.ts'
import { objectAt, textAt, wrongChoice } from './shape.ts'
import { notInSandbox } from './errors.ts'

/** An emoji or an external picture, or null. */
export function iconAt(value: unknown, path: string): JsonObject | null {
  if (value === null || value === undefined) return null
  const icon = objectAt(value, path)
  if (icon['emoji'] !== undefined) {
    return { type: 'emoji', emoji: textAt(icon['emoji'], `${path}.emoji`, 100) }
  }
  if (icon['external'] !== undefined) return externalAt(icon, path)
  if (icon['file_upload'] !== undefined || icon['custom_emoji'] !== undefined || icon['icon'] !== undefined) {
    throw notInSandbox('keep icons other than emoji and external pictures')
  }
  throw wrongChoice(path, ['emoji', 'external', 'file_upload', 'custom_emoji', 'icon'], value)
}

/** An external picture, or null. */
export function coverAt(value: unknown, path: string): JsonObject | null {
  if (value === null || value === undefined) return null
  const cover = objectAt(value, path)
  if (cover['external'] !== undefined) return externalAt(cover, path)
  throw wrongChoice(path, ['external', 'file_upload'], value)
}

function externalAt(value: JsonObject, path: string): JsonObject {
  const url = textAt(objectAt(value['external'], `${path}.external`)['url'], `${path}.external.url`)
  return { type: 'external', external: { url } }
}

/** The address a page or database is opened by in a browser. */
export function addressOf(id: string, title = ''): string {
  const slug = title
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80)
  return `https://app.notion.com/p/${slug === '' ? '' : `${encodeURIComponent(slug)}-`}${bare(id)}`
}
