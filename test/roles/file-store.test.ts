/** Every implementer of `FileStore`: Drive, and a folder. */
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { OpenService } from '../../src/integrations/service.ts'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import { fileDeliverer, textContent } from '../../src/outbox/file-deliverer.ts'
import type { FileStore } from '../../src/roles/file-store.ts'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { testStore } from '../support/store.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { aPlace, describeFileStore, longContent, md5Of } from './file-store-contract.ts'
import { aCall } from './mailer-contract.ts'
import { keptAt } from './support/kept.ts'
import { openService } from './support/opened.ts'
import { FAULTS } from './support/troubles.ts'

const WORLD = { fetch: lightFetch(), clock: realClock(), random: realRandom() }
const SECRETS = {
  GOOGLE_CLIENT_ID: CLIENT_ID,
  GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
  GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
}

async function filesOf({ roles }: OpenService): Promise<FileStore> {
  if (roles.fileStore === undefined) throw new Error('it keeps no files')
  return roles.fileStore.files(aCall())
}

async function driveAt(server: GoogleServer): Promise<FileStore> {
  const store = testStore().open('one')
  const settings = { google: { base_url: server.url } }
  return filesOf(await openService('google', { world: WORLD, settings, secrets: SECRETS, store }))
}

const PUTS = { method: 'PUT' }

describeFileStore(
  'Drive',
  [
    'a credential that is not accepted',
    'a right that is lacking',
    'too many requests, for 70 s',
    'an error of its own',
    'an error of a gateway',
    'a cut before the effect',
    'an answer that is lost',
    'an answer that breaks off',
    'an answer of somebody else',
  ],
  async () => {
    const server = await googleServer()
    return {
      store: await driveAt(server),
      kept: async () => keptAt(server.url),
      befall: async trouble => server.arm({ match: PUTS, action: FAULTS[trouble], times: 100 }),
      mend: server.mend,
    }
  },
)

describeFileStore('a folder', [], async () => {
  const stateDir = temporaryFolder()
  const opened = await openService('file_folder', { world: WORLD, settings: {}, secrets: {}, stateDir })
  return {
    store: await filesOf(opened),
    kept: async () =>
      globSync('files/*/*/*', { cwd: stateDir }).map(name => {
        const content = readFileSync(join(stateDir, name))
        const md5 = createHash('md5').update(content).digest('hex')
        return { path: name.slice('files/'.length), bytes: content.length, md5 }
      }),
    befall: async () => undefined,
    mend: async () => undefined,
  }
})

const KEY = 'run_1/file/1'

test.each(
  ['cut', 'lose-answer', 'half-part', 'cut-body'].flatMap(type => [0, 2].map(at => [type, at] as const)),
)('an upload with %s at part %i goes on from where it was, and is there once', async (type, skip) => {
  const server = await googleServer()
  const content = longContent(17_000_000)
  await server.arm({ match: { ...PUTS, skip }, action: { type }, times: 1 })
  const store = await driveAt(server)
  await store.put(aPlace(), content, KEY)
  expect(await keptAt(server.url)).toMatchObject([{ bytes: content.bytes, md5: await md5Of(content) }])
})

test('a file that does not arrive as it was sent is thrown away, and told', async () => {
  const server = await googleServer()
  const store = await driveAt(server)
  const content = longContent(9_000_000)
  let reads = 0
  // Read again after a cut it is another one: what was sent before is what was counted.
  const changing = {
    ...content,
    read: async (from: number, length: number) => {
      const part = await content.read(from, length)
      if (++reads === 2) part[0] = 255
      return part
    },
  }
  await server.arm({ match: PUTS, action: { type: 'cut' }, times: 1 })
  expect(await failureOf(store.put(aPlace(), changing, KEY))).toMatchObject({
    errorClass: 'transient',
    message: textLike(/not what was sent/),
  })
  expect(await keptAt(server.url)).toEqual([])
})

test('a full storage refuses the file alone, says so, and takes it when there is room', async () => {
  const server = await googleServer()
  const store = await driveAt(server)
  await server.hand('quota', { bytes: 0 })
  expect(await failureOf(store.put(aPlace(), textContent('x'), KEY))).toMatchObject({
    errorClass: 'permanent',
    code: 'storageQuotaExceeded',
  })
  const deliverer = fileDeliverer({ service: 'google', files: async () => store }, aCall(), WORLD)
  expect(await deliverer.whyAway('storage')).toBe('the storage of Google Drive is full: make room there')
  await server.hand('quota', { bytes: 15 * 1024 ** 3 })
  expect(await deliverer.whyAway('storage')).toBe(null)
  await store.put(aPlace(), textContent('x'), KEY)
  expect(await keptAt(server.url)).toHaveLength(1)
})
