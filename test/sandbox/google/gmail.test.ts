/** Gmail: what is sent, what is refused, and how it is found again; by the official SDK. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { aMail, call, accessToken, googleServer, sdk } from './support/server.ts'

const ME = { userId: 'me' }

function raw(mail: Buffer): { readonly raw: string } {
  return { raw: mail.toString('base64url') }
}

test('a mail arrives as it was sent, without its Bcc, by either way of sending', async () => {
  const { url, mails } = await googleServer()
  const { gmail } = sdk(url)
  const bcc = aMail({ Bcc: 'boss@sandbox.example' })
  await gmail.users.messages.send({ ...ME, requestBody: raw(bcc) })
  const media = { mimeType: 'message/rfc822', body: Readable.from([aMail()]) }
  await gmail.users.messages.send({ ...ME, media }, { rootUrl: `${url}/` })
  const [first, second] = await mails()
  expect(first).toMatchObject({
    envelope: ['max@client.example', 'boss@sandbox.example'],
    to: '"Mustermann, Max" <max@client.example>',
    subject: 'Über Brot',
    text: 'Bread.\r\n',
    messageId: '<run-1@echopilot.example>',
  })
  expect(second).toMatchObject({ subject: 'Über Brot', text: 'Bread.\r\n' })
  const source = await (await fetch(`${url}/mail/${String(first?.['id'])}/raw`)).text()
  expect(source).not.toMatch(/bcc/i)
})

test.each([
  ['no recipient', raw(aMail({ To: null })), 'Recipient address required'],
  ['no mail', {}, "'raw' RFC822 payload message string"],
  ['another alphabet', { raw: 'a+/=' }, 'Base64'],
  ['an unknown field', { ...raw(aMail()), subject: 'x' }, 'Unknown name "subject"'],
])('%s is refused', async (_, requestBody, words) => {
  const { url, mails } = await googleServer()
  const { gmail } = sdk(url)
  await expect(gmail.users.messages.send({ ...ME, requestBody })).rejects.toThrow(words)
  expect(await mails()).toEqual([])
})

test('what may only be sent cannot be read, and headers alone not be searched', async () => {
  const { url, hand } = await googleServer()
  const { gmail } = sdk(url)
  await expect(gmail.users.messages.list({ ...ME, q: 'in:sent' })).rejects.toMatchObject({ status: 403 })
  const { data } = await gmail.users.messages.send({ ...ME, requestBody: raw(aMail()) })
  const id = data.id ?? ''
  await expect(gmail.users.messages.get({ ...ME, id, format: 'raw' })).rejects.toMatchObject({ status: 403 })
  await hand('sign-in', { scopes: 'gmail.send' })
  await expect(gmail.users.messages.list(ME)).rejects.toMatchObject({ status: 403 })
  await hand('sign-in', { scopes: 'gmail.metadata' })
  await expect(gmail.users.messages.send({ ...ME, requestBody: raw(aMail()) })).rejects.toMatchObject({
    status: 403,
    message: 'Request had insufficient authentication scopes.',
  })
})

test.each([
  ['kept', false],
  ['replaced', true],
])('a mail is found by its Message-ID, where that is %s', async (_, isReplaced) => {
  const { url, hand } = await googleServer()
  await hand('sign-in', { scopes: 'gmail.send gmail.readonly' })
  await hand('replace-message-ids', { on: isReplaced })
  const { gmail } = sdk(url)
  await gmail.users.messages.send({ ...ME, requestBody: raw(aMail({ 'Message-ID': '<other@x.example>' })) })
  await gmail.users.messages.send({ ...ME, requestBody: raw(aMail()) })
  const q = 'rfc822msgid:run-1@echopilot.example'
  const found = await gmail.users.messages.list({ ...ME, q })
  expect(found.data.messages?.length ?? 0).toBe(isReplaced ? 0 : 1)
  const sent = await gmail.users.messages.list({ ...ME, labelIds: ['SENT'], maxResults: 1 })
  const id = sent.data.messages?.[0]?.id ?? ''
  const names = ['Message-ID', 'X-Google-Original-Message-ID']
  const got = await gmail.users.messages.get({ ...ME, id, format: 'metadata', metadataHeaders: names })
  const values = got.data.payload?.headers?.map(({ value }) => value)
  expect(values).toContain('<run-1@echopilot.example>')
  expect(values).toHaveLength(isReplaced ? 2 : 1)
  expect(sent.data.nextPageToken).toBeTypeOf('string')
})

test('an unknown parameter is refused', async () => {
  const { url } = await googleServer()
  const headers = { authorization: `Bearer ${await accessToken(url)}` }
  const answer = await call(url, 'GET', '/gmail/v1/users/me/messages?query=x', { headers })
  expect(answer.status).toBe(400)
})

test('a person reads the mails on pages, in which nothing of theirs acts', async () => {
  const { url, mails } = await googleServer()
  const { gmail } = sdk(url)
  const script = '<script>alert(1)</script>'
  await gmail.users.messages.send({
    ...ME,
    requestBody: raw(aMail({ Subject: script, 'Content-Type': 'text/html' })),
  })
  const [mail] = await mails()
  const board = await (await fetch(url)).text()
  const read = await (await fetch(`${url}/mail/${String(mail?.['id'])}`)).text()
  for (const text of [board, read]) {
    expect(text).toContain('&lt;script&gt;')
    expect(text).not.toContain(script)
  }
  const asHtml = await fetch(`${url}/mail/${String(mail?.['id'])}/html`)
  expect(asHtml.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
})
