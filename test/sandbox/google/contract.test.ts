/** The stand-in's answers against Google's own description of its APIs: the official SDK through the contract proxy. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contractProxy, NO_CONTRACT_TOOL, type ContractProxy } from '../../support/contract.ts'
import { aMail, googleServer, sdk } from './support/server.ts'

function wrong(proxy: ContractProxy): unknown[] {
  return proxy.violations.filter(({ severity }) => severity === 'error' || severity === 'warn')
}

test('no answer of any kind breaks the vendor’s description', { timeout: 60_000 }, async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const { url, arm, hand } = await googleServer()
  const proxy = await contractProxy('google', url)
  await hand('sign-in', { scopes: 'gmail.send gmail.readonly drive.file' })
  const { auth, gmail, drive } = sdk(proxy.url)
  const root = { rootUrl: `${proxy.url}/` }
  const me = { userId: 'me' }
  await gmail.users.getProfile(me)
  const sent = await gmail.users.messages.send({ ...me, requestBody: { raw: aMail().toString('base64url') } })
  await gmail.users.messages.send(
    { ...me, media: { mimeType: 'message/rfc822', body: Readable.from([aMail()]) } },
    root,
  )
  await gmail.users.messages.list({ ...me, q: 'rfc822msgid:run-1@echopilot.example', maxResults: 1 })
  await gmail.users.messages.list({ ...me, q: 'rfc822msgid:none@x' })
  for (const format of ['full', 'raw', 'metadata', 'minimal']) {
    await gmail.users.messages.get({ ...me, id: sent.data.id ?? '', format })
  }
  const folder = await drive.files.create({
    requestBody: { name: 'f', mimeType: 'application/vnd.google-apps.folder' },
    fields: '*',
  })
  const made = await drive.files.create(
    {
      requestBody: { name: 'a', parents: [folder.data.id ?? ''] },
      media: { mimeType: 'text/plain', body: Readable.from(['x']) },
      fields: '*',
    },
    root,
  )
  const fileId = made.data.id ?? ''
  await drive.files.get({ fileId, fields: '*' })
  await drive.files.update({ fileId, requestBody: { description: 'd' } })
  await drive.files.update({ fileId, media: { mimeType: 'text/plain', body: Readable.from(['y']) } }, root)
  await drive.files.list({ fields: '*' })
  await drive.about.get({ fields: '*' })
  expect(wrong(proxy)).toEqual([])
  const refused = [
    async () => gmail.users.messages.get({ ...me, id: 'none' }),
    async () => drive.files.get({ fileId: 'none' }),
    async () => drive.files.list({ q: 'odd' }),
  ]
  for (const one of refused) await expect(one()).rejects.toBeInstanceOf(Error)
  for (const status of [400, 401, 403, 404, 429, 500, 503]) {
    await arm({ action: { type: 'status', status }, match: { kind: 'gmail' } })
    await gmail.users.getProfile(me).catch(() => undefined)
  }
  await hand('revoke')
  await expect(auth.refreshAccessToken()).rejects.toThrow('invalid_grant')
  expect(wrong(proxy)).toEqual([])
  expect(proxy.counts()['requests']).toBeGreaterThan(25)
})
