/** The SMTP stand-in, by an SMTP client. */
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { expect, onTestFinished, test } from 'vitest'
import { isObject, type JsonObject } from '../../../src/sandbox/lib/json.ts'
import { openSandboxServer } from '../../../src/sandbox/lib/server.ts'
import { PASSWORD, USER } from '../../../src/sandbox/smtp/identity.ts'
import { SMTP_SERVICE } from '../../../src/sandbox/smtp/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const MAIL = {
  from: 'ana@sandbox.example',
  to: ['max@client.example'],
  subject: 'Über Brot 👩‍👩‍👧',
  text: 'Bread & more',
  html: '<p>Bread</p>',
  messageId: '<run-1@echopilot.example>',
  attachments: [{ filename: 'Rechnung – Größe.pdf', content: Buffer.from([0, 255, 10]) }],
}

async function open() {
  const databaseFile = join(temporaryFolder(), 'smtp.db')
  const server = await openSandboxServer({ definition: SMTP_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${String(server.port)}`
  const client = (pass: string = PASSWORD) => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: server.besidePort,
      auth: { user: USER, pass },
    })
    onTestFinished(() => transport.close())
    return transport
  }
  return {
    url,
    client,
    arm: async (fault: unknown): Promise<void> => {
      const answer = await fetch(`${url}/__sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) })
      expect(answer.status).toBe(201)
    },
    mails: async (): Promise<readonly JsonObject[]> => {
      const ledger: unknown = await (await fetch(`${url}/__sandbox/ledger`)).json()
      return isObject(ledger) && Array.isArray(ledger['rows']) ? ledger['rows'].filter(isObject) : []
    },
  }
}

test('a mail is taken whole, and is read on a page', async () => {
  const { client, mails, url } = await open()
  await client().sendMail(MAIL)
  const [mail] = await mails()
  expect(mail).toMatchObject({
    messageId: MAIL.messageId,
    envelope: MAIL.to,
    subject: MAIL.subject,
    text: 'Bread & more',
    html: '<p>Bread</p>',
    files: [{ name: 'Rechnung – Größe.pdf', type: 'application/pdf', bytes: 3 }],
  })
  const board = await (await fetch(url)).text()
  const [path] = /(?<=href=")\/mail\/\d+(?=")/.exec(board) ?? []
  const page = await (await fetch(url + (path ?? ''))).text()
  expect(page).toContain('Bread &amp; more')
  const [file] = /(?<=href=")\/mail\/\d+\/file\/\d+(?=")/.exec(page) ?? []
  const content = new Uint8Array(await (await fetch(url + (file ?? ''))).arrayBuffer())
  expect([...content]).toEqual([0, 255, 10])
})

test.each([
  ['another password', { pass: 'no' }, MAIL, 535],
  ['a recipient who is not there', {}, { ...MAIL, to: ['x@invalid.example'] }, 550],
  ['a mail that is too large', {}, { ...MAIL, text: 'x'.repeat(27_000_000) }, 552],
])('%s is refused', async (_, { pass }: { pass?: string }, mail, responseCode) => {
  const { client, mails } = await open()
  await expect(client(pass).sendMail(mail)).rejects.toMatchObject({ responseCode })
  expect(await mails()).toEqual([])
})

test.each([
  ['AUTH', { type: 'status', status: 535 }, { responseCode: 535 }, 0],
  ['RCPT', { type: 'status', status: 450 }, { responseCode: 450 }, 0],
  ['DATA', { type: 'status', status: 451 }, { responseCode: 451 }, 0],
  ['DATA', { type: 'cut' }, { code: 'ECONNECTION' }, 0],
  ['DATA', { type: 'lose-answer' }, { code: 'ECONNECTION' }, 1],
])('a fault at %s: %o', async (method, action, error, taken) => {
  const { client, mails, arm } = await open()
  await arm({ match: { method }, action })
  await expect(client().sendMail(MAIL)).rejects.toMatchObject(error)
  expect(await mails()).toHaveLength(taken)
  await client().sendMail(MAIL)
  expect(await mails()).toHaveLength(taken + 1)
})
