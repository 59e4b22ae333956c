/** What lies in the stand-in of Drive, as tests compare it. */
import { isObject, stringOf, type JsonObject } from '../../../src/sandbox/lib/json.ts'
import { call } from '../../sandbox/google/support/server.ts'
import type { Kept } from '../file-store-contract.ts'

function stringsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** What lies in Drive and is not in the trash. */
export async function keptAt(url: string): Promise<Kept[]> {
  const { body } = await call(url, 'GET', '/__sandbox/state')
  const all = Array.isArray(body['files']) ? body['files'].filter(isObject) : []
  const byId = new Map(all.map(file => [stringOf(file, 'id'), file]))
  const pathOf = (file: JsonObject): string => {
    const above = byId.get(stringsIn(file['parents'])[0])
    return `${above === undefined ? '' : `${pathOf(above)}/`}${stringOf(file, 'name') ?? ''}`
  }
  return all.flatMap(file => {
    const { content, trashed } = file
    if (!isObject(content) || trashed === true) return []
    return [{ path: pathOf(file), bytes: Number(content['size']), md5: stringOf(content, 'md5') ?? '' }]
  })
}
