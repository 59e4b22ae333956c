/** A stand-in made of the library alone: what the next one can be made of. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { idempotent } from '../../src/sandbox/lib/idempotency.ts'
import { bodyObject, type JsonObject } from '../../src/sandbox/lib/json.ts'
import { objects } from '../../src/sandbox/lib/objects.ts'
import { openSandboxServer } from '../../src/sandbox/lib/server.ts'
import { VendorError, type Reply, type ServiceDefinition } from '../../src/sandbox/lib/service.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { armedFaults, fetched, isJsonObject, parsed } from './support/wire.ts'

const SHOP: ServiceDefinition = {
  name: 'shop',
  title: 'Shop',
  subtitle: 'Orders',
  bodyLimitBytes: 1024,
  open: db => {
    const orders = objects<JsonObject>(db, 'order')
    const keyed = idempotent(db, { header: 'idempotency-key', conflict: () => error(409) })
    return {
      routes: [
        {
          method: 'POST',
          path: '/orders',
          handle: keyed(({ rawBody }) => {
            const order = { id: `order_${String(orders.list().length + 1)}`, ...bodyObject(rawBody) }
            if (bodyObject(rawBody)?.['item'] === undefined) throw new VendorError(error(400))
            orders.add(order, order.id)
            return { status: 201, body: order }
          }),
        },
        {
          method: 'GET',
          path: '/orders',
          handle: ({ query }) => {
            const after = query.get('after')
            const limit = Number(query.get('limit') ?? 2)
            const found = orders.list({ limit: limit + 1, ...(after === null ? {} : { after }) })
            const data = found.slice(0, limit).map(([, order]) => order)
            return { status: 200, body: { data, has_more: found.length > limit } }
          },
        },
      ],
      refuse: () => undefined,
      problem: problem => error(problem.type === 'status' ? problem.status : 404),
      state: () => ({}),
      ledger: () => ({ rows: orders.list().map(([, order]) => order) }),
      figures: () => [{ value: orders.list().length, label: 'orders' }],
    }
  },
}

function error(status: number): Reply {
  return { status, body: { error: status } }
}

async function openShop(databaseFile = join(temporaryFolder(), 'shop.db')) {
  const server = await openSandboxServer({ definition: SHOP, databaseFile, port: 0 })
  onTestFinished(async () => server.close().catch(() => undefined))
  const url = `http://127.0.0.1:${String(server.port)}`
  const send = async (path: string, body: unknown, key?: string): Promise<readonly [number, JsonObject]> => {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
    const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers })
    return [answer.status, parsed(await answer.text(), isJsonObject)]
  }
  const list = async (query: string) => fetched(`${url}/orders${query}`, isJsonObject)
  return { server, databaseFile, url, send, list }
}

test('a repeated key is answered as before, also after a restart; for another request it is a conflict', async () => {
  const { server, databaseFile, send } = await openShop()
  const first = await send('/orders', { item: 'bread' }, 'k1')
  expect(first).toEqual([201, { id: 'order_1', item: 'bread' }])
  expect(await send('/orders', { item: 'bread' }, 'k1')).toEqual(first)
  expect(await send('/orders', { item: 'cake' }, 'k1')).toEqual([409, { error: 409 }])
  await server.close()
  const again = await openShop(databaseFile)
  expect(await again.send('/orders', { item: 'bread' }, 'k1')).toEqual(first)
  expect(await again.send('/orders', { item: 'bread' }, 'k2')).toEqual([
    201,
    { id: 'order_2', item: 'bread' },
  ])
  expect(await again.send('/orders', { item: 'bread' })).toEqual([201, { id: 'order_3', item: 'bread' }])
})

test('a refusal is not kept under its key, and an answer that was lost is given again', async () => {
  const { url, send, list } = await openShop()
  expect((await send('/orders', {}, 'k1'))[0]).toBe(400)
  expect((await send('/orders', { item: 'bread' }, 'k1'))[0]).toBe(201)
  await send('/__sandbox/faults', { action: { type: 'lose-answer' } })
  await expect(send('/orders', { item: 'cake' }, 'k2')).rejects.toThrow('fetch failed')
  expect(await armedFaults(url)).toBe(0)
  expect(await send('/orders', { item: 'cake' }, 'k2')).toEqual([201, { id: 'order_2', item: 'cake' }])
  expect(await list('?limit=9')).toMatchObject({ data: [{ item: 'bread' }, { item: 'cake' }] })
})

test('lists go by pages in the order of making, the page shows figures and usual faults, reset forgets all', async () => {
  const { url, send, list } = await openShop()
  for (const item of ['a', 'b', 'c']) await send('/orders', { item }, item)
  expect(await list('')).toEqual({
    data: [
      { id: 'order_1', item: 'a' },
      { id: 'order_2', item: 'b' },
    ],
    has_more: true,
  })
  expect(await list('?after=order_2')).toEqual({ data: [{ id: 'order_3', item: 'c' }], has_more: false })
  const page = await (await fetch(url)).text()
  expect(page).toContain('<b>3</b><span>orders</span>')
  expect(page).toContain('503, five times')
  await send('/__sandbox/reset', {})
  expect(await list('')).toEqual({ data: [], has_more: false })
  expect((await send('/orders', { item: 'd' }, 'a'))[1]).toEqual({ id: 'order_1', item: 'd' })
})
