/** What we ask of Google against Google's own description, and what we send against another reader of mails. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isObject, parseJson } from '../../../src/domain/shape.ts'
import { compose } from '../../../src/integrations/compose.ts'
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../../src/kernel/real-world.ts'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../../src/sandbox/google/identity.ts'
import { longContent } from '../../roles/file-store-contract.ts'
import { aCall, aMail } from '../../roles/mailer-contract.ts'
import { openService } from '../../roles/support/opened.ts'
import { googleServer } from '../../sandbox/google/support/server.ts'
import { contractProxy, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { testStore } from '../../support/store.ts'

const HOSTILE = aMail({
  to: [{ name: 'Muster, "Max"\r\nBcc: evil@x.example', address: 'max@client.example' }],
  subject: `Über\r\nX-Evil: 1 👩‍👩‍👧 مرحبا ${'ä'.repeat(5000)}`,
  text: `.\nFrom here\n${'ß'.repeat(3000)}`,
  files: [{ name: 'Größe\r\n"x".pdf', type: 'application/pdf', base64: 'AP8K' }],
})

/**
 * Uploads in parts are told of in Google's guide alone (developers.google.com/drive/api/guides/manage-uploads): its
 * description knows neither how they are sent nor that the answer to their beginning is empty.
 */
const BESIDE_DESCRIPTION = new Set([
  'PUT is not allowed for /upload/drive/v3/files (specified: POST)',
  'empty response body, specified: application/json',
])

test('nothing that is asked of Google breaks its description', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const { url } = await googleServer()
  const proxy = await contractProxy('google', url)
  const service = await openService('google', {
    world: { fetch: lightFetch(), clock: realClock(), random: realRandom() },
    settings: { google: { base_url: proxy.url } },
    secrets: {
      GOOGLE_CLIENT_ID: CLIENT_ID,
      GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
      GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
    },
    store: testStore().open('one'),
  })
  expect((await service.proofs?.(aCall()))?.[0]).toMatchObject({ outcome: 'proved' })
  const mailer = await service.roles.mailer?.mailer(aCall())
  await mailer?.send(aMail(), 'run_1/mail/1')
  await mailer?.send(HOSTILE, 'run_1/mail/2')
  expect(await mailer?.find('run_1/mail/1', 0)).toMatchObject({ kind: 'found' })
  expect(await mailer?.find('run_1/mail/3', 0)).toEqual({ kind: 'not there' })
  const files = await service.roles.fileStore?.files(aCall())
  const place = { folders: ["O'Neil \\ Größe", '2026-12'], name: 'a.md', type: 'text/markdown' }
  expect(await files?.find(place, 'run_1/file/1')).toBe(null)
  const link = await files?.put(place, longContent(9_000_000), 'run_1/file/1')
  await files?.put({ ...place, name: 'empty.md' }, longContent(0), 'run_2/file/1')
  expect(await files?.find(place, 'run_1/file/1')).toBe(link)
  expect(await files?.whyFull()).toBe(null)
  const wrong = proxy.violations
    .filter(({ severity }) => severity === 'error' || severity === 'warn')
    .filter(({ message }) => !BESIDE_DESCRIPTION.has(message))
  expect(wrong).toEqual([])
  expect(proxy.counts()['requests']).toBeGreaterThan(20)
})

/** Reads a mail by the email package of Python, whose policy is that of the standards. */
const READER = `
import sys, json, email, email.policy
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = [part for part in mail.walk() if not part.is_multipart()]
print(json.dumps({
  'headers': sorted(name.lower() for name in mail.keys()),
  'to': [[one.display_name, one.addr_spec] for one in mail['to'].addresses],
  'subject': mail['subject'],
  'types': [part.get_content_type() for part in parts],
  'text': parts[0].get_content(),
  'html': parts[1].get_content(),
  'file': [parts[2].get_filename(), list(parts[2].get_content())],
  'defects': [str(defect) for part in mail.walk() for defect in part.defects],
}))
`

test('another reader of mails finds the same in a hostile one, and no header more', async ({ skip }) => {
  const raw = await compose(HOSTILE, {
    key: 'run_1/mail/1',
    from: { name: 'Ana', address: 'ana@sandbox.example' },
    atMs: 0,
  })
  const read = spawnSync('python3', ['-c', READER], { input: raw, encoding: 'utf8', env: {} })
  skip(read.error !== undefined, 'not proved: no python3 that reads mails')
  expect(read.stderr).toBe('')
  const mail = parseJson(read.stdout)
  expect(isObject(mail) ? mail : {}).toEqual({
    headers: [
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
      'x-echopilot-mail',
    ],
    to: [['Muster, "Max" Bcc: evil@x.example', 'max@client.example']],
    subject: `Über X-Evil: 1 👩‍👩‍👧 مرحبا ${'ä'.repeat(225)}…`,
    types: ['text/plain', 'text/html', 'application/pdf'],
    text: HOSTILE.text,
    html: '<p>Brot &amp; mehr</p>',
    file: ['Größe "x".pdf', [0, 255, 10]],
    defects: [],
  })
})
