/** Drive: folders, uploads of every kind, what is found, and storage that is full. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { stringOf } from '../../../src/sandbox/lib/json.ts'
import { accessToken, call, googleServer, sdk, type Answer } from './support/server.ts'

const GRAIN = 262_144
const FOLDER = 'application/vnd.google-apps.folder'

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}

test('files lie in folders, and are found by name, place and property', async () => {
  const { url } = await googleServer()
  const { drive } = sdk(url)
  const folder = await drive.files.create({ requestBody: { name: "Ana's", mimeType: FOLDER } })
  const id = folder.data.id ?? ''
  const bytes = Buffer.from([0, 255, 13, 10, 45, 45])
  const made = await drive.files.create(
    {
      requestBody: { name: 'a.bin', parents: [id], appProperties: { key: 'run_1' } },
      media: { mimeType: 'application/pdf', body: Readable.from([bytes]) },
      fields: 'id,md5Checksum,size,mimeType,webViewLink,parents',
    },
    { rootUrl: `${url}/` },
  )
  expect(made.data).toMatchObject({
    md5Checksum: md5(bytes),
    size: '6',
    mimeType: 'application/pdf',
    parents: [id],
  })
  const q = `name = 'a.bin' and '${id}' in parents and trashed = false and appProperties has { key='key' and value='run_1' }`
  const found = await drive.files.list({ q, fields: 'files(id,name)' })
  expect(found.data).toEqual({ files: [{ id: made.data.id, name: 'a.bin' }] })
  expect((await drive.files.list({ q: String.raw`name = 'Ana\'s'` })).data.files?.[0]?.id).toBe(id)
  const authorization = `Bearer ${await accessToken(url)}`
  const got = await fetch(`${url}/drive/v3/files/${made.data.id ?? ''}?alt=media`, {
    headers: { authorization },
  })
  expect(Buffer.from(await got.arrayBuffer())).toEqual(bytes)
  await drive.files.update({ fileId: made.data.id ?? '', requestBody: { trashed: true } })
  expect((await drive.files.list({ q })).data.files).toEqual([])
})

test.each([
  ["name contains 'x'", 400],
  ["name = 'x' or trashed = true", 400],
])('the search %s is not known', async (q, status) => {
  const { drive } = sdk((await googleServer()).url)
  await expect(drive.files.list({ q })).rejects.toMatchObject({ status })
})

test('a parent must be there, and be a folder', async () => {
  const { drive } = sdk((await googleServer()).url)
  const file = await drive.files.create({ requestBody: { name: 'a' } })
  for (const [parent, status] of [
    ['none', 404],
    [file.data.id ?? '', 400],
  ] as const) {
    await expect(drive.files.create({ requestBody: { parents: [parent] } })).rejects.toMatchObject({ status })
  }
})

/** Begins a resumable upload and sends parts of it. */
async function resumable(
  url: string,
  size: number,
): Promise<(bytes: Buffer, range: string) => Promise<Answer>> {
  const authorization = `Bearer ${await accessToken(url)}`
  const begun = await call(url, 'POST', '/upload/drive/v3/files?uploadType=resumable&fields=id,md5Checksum', {
    headers: {
      authorization,
      'content-type': 'application/json',
      'x-upload-content-type': 'application/pdf',
      'x-upload-content-length': String(size),
    },
    body: JSON.stringify({ name: 'big.pdf' }),
  })
  if (begun.status !== 200)
    throw Object.assign(new Error(JSON.stringify(begun.body)), { status: begun.status })
  const address = new URL(begun.headers.get('location') ?? '')
  return async (bytes, range) =>
    call(url, 'PUT', address.pathname + address.search, {
      headers: { authorization, 'content-range': range },
      body: new Uint8Array(bytes),
    })
}

const BIG = Buffer.alloc(GRAIN * 5 + 17, 'bread')

test('a large file comes part by part; each is answered with how far it has come', async () => {
  const { url } = await googleServer()
  const put = await resumable(url, BIG.length)
  const nothing = Buffer.alloc(0)
  expect((await put(nothing, `bytes */${String(BIG.length)}`)).headers.get('range')).toBe(null)
  const first = await put(
    BIG.subarray(0, GRAIN * 4),
    `bytes 0-${String(GRAIN * 4 - 1)}/${String(BIG.length)}`,
  )
  expect([first.status, first.headers.get('range')]).toEqual([308, `bytes=0-${String(GRAIN * 4 - 1)}`])
  const again = await put(BIG.subarray(0, GRAIN), `bytes 0-${String(GRAIN - 1)}/${String(BIG.length)}`)
  expect(again.headers.get('range')).toBe(`bytes=0-${String(GRAIN * 4 - 1)}`)
  const rest = `bytes ${String(GRAIN * 4)}-${String(BIG.length - 1)}/${String(BIG.length)}`
  const done = await put(BIG.subarray(GRAIN * 4), rest)
  expect([done.status, done.body['md5Checksum']]).toEqual([200, md5(BIG)])
  // Whoever lost that answer asks, and is told of the same file.
  expect((await put(nothing, `bytes */${String(BIG.length)}`)).body).toEqual(done.body)
})

test('a part of an odd size, a gap, and a range that is not that of the bytes are not taken', async () => {
  const { url } = await googleServer()
  const put = await resumable(url, BIG.length)
  expect((await put(BIG.subarray(0, 100), `bytes 0-99/${String(BIG.length)}`)).status).toBe(400)
  expect(
    (await put(BIG.subarray(0, GRAIN), `bytes 5-${String(GRAIN + 4)}/${String(BIG.length)}`)).status,
  ).toBe(308)
  expect((await put(BIG.subarray(0, 9), `bytes 0-${String(GRAIN - 1)}/${String(BIG.length)}`)).status).toBe(
    400,
  )
  const asked = await put(Buffer.alloc(0), `bytes */${String(BIG.length)}`)
  expect([asked.status, asked.headers.get('range')]).toEqual([308, null])
})

test('of a part that breaks off, what was kept is told', async () => {
  const { url, arm } = await googleServer()
  const put = await resumable(url, BIG.length)
  await arm({ match: { method: 'PUT' }, action: { type: 'half-part' } })
  expect((await put(BIG.subarray(0, GRAIN * 4), `bytes 0-${String(GRAIN * 4 - 1)}/*`)).status).toBe(503)
  const asked = await put(Buffer.alloc(0), `bytes */${String(BIG.length)}`)
  expect(asked.headers.get('range')).toBe(`bytes=0-${String(GRAIN * 2 - 1)}`)
})

test('storage that is full takes nothing, whichever way it comes, and says so', async () => {
  const { url, hand } = await googleServer()
  const { drive } = sdk(url)
  const put = await resumable(url, GRAIN)
  await hand('quota', { bytes: 10 })
  const full = { status: 403, message: "The user's Drive storage quota has been exceeded." }
  const media = { mimeType: 'text/plain', body: Readable.from(['more than ten bytes']) }
  await expect(drive.files.create({ media }, { rootUrl: `${url}/` })).rejects.toMatchObject(full)
  await expect(resumable(url, 11)).rejects.toMatchObject({ status: 403 })
  const late = await put(BIG.subarray(0, GRAIN), `bytes 0-${String(GRAIN - 1)}/${String(GRAIN)}`)
  expect(late.status).toBe(403)
  expect((await drive.files.list()).data.files).toEqual([])
  const { data } = await drive.about.get({ fields: 'user(emailAddress),storageQuota/limit' })
  expect(data).toEqual({ user: { emailAddress: 'ana@sandbox.example' }, storageQuota: { limit: '10' } })
})

test('the page shows folders with what is in them', async () => {
  const { url } = await googleServer()
  const { drive } = sdk(url)
  const folder = await drive.files.create({ requestBody: { name: 'Client', mimeType: FOLDER } })
  const body = { name: '<b>.txt', parents: [folder.data.id ?? ''] }
  await drive.files.create(
    { requestBody: body, media: { body: Readable.from(['x']) } },
    { rootUrl: `${url}/` },
  )
  const page = await (await fetch(url)).text()
  expect(page).toMatch(/Client\/&lt;b&gt;\.txt/)
  const [id] = /(?<=\/file\/)[^"]+/.exec(page) ?? []
  expect(await (await fetch(`${url}/file/${id ?? ''}`)).text()).toBe('x')
  expect(stringOf((await call(url, 'GET', '/__sandbox/state')).body, 'service')).toBe('google')
})
