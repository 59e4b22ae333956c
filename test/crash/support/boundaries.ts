import { lightFetch, sdkFetch } from '../../../src/kernel/http/fetch.ts'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import type { Store } from '../../../src/store/index.ts'

/** Called at every boundary of a run of the program, with its name. */
export type AtBoundary = (name: string) => void

/** A `fetch` with a boundary before each request leaves and one after its whole answer has arrived, named by what it asks for. */
export function boundedFetch(at: AtBoundary): typeof globalThis.fetch {
  const fetch = sdkFetch(lightFetch())
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    const name = `${init?.method?.toUpperCase() ?? 'GET'} ${pathname.replaceAll(/[0-9a-f-]{36}/g, ':id')}`
    at(`before ${name}`)
    const answer = await fetch(input, init)
    const body = await answer.arrayBuffer()
    at(`after ${name}`)
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}

/**
 * A store with a boundary before and after each of its calls, also in the name of others; after one, what it did is
 * committed.
 */
export function boundedStore(store: Store, at: AtBoundary): Store {
  return new Proxy(store, {
    get: (target, family) => {
      if (family === 'as') return (actor: string): Store => boundedStore(target.as(actor), at)
      const part: unknown = Reflect.get(target, family)
      return typeof part === 'object' && part !== null && family !== 'facts'
        ? boundedPart(part, String(family), at)
        : part
    },
  })
}

/** Of a union what it is: where one method does several things, each has boundaries of its own. */
function kindsOf(given: readonly unknown[]): string[] {
  return given.flatMap(one => (isObject(one) && typeof one['kind'] === 'string' ? [one['kind']] : []))
}

function boundedPart(part: object, family: string, at: AtBoundary): object {
  return new Proxy(part, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return async (...given: unknown[]): Promise<unknown> => {
        const call = [`${family}.${String(name)}`, ...kindsOf(given)].join(' ')
        at(`before ${call}`)
        const result: unknown = await Reflect.apply(method, target, given)
        at(`after ${call}`)
        return result
      }
    },
  })
}
