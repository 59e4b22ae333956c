/** What a `FileStore` promises, whoever implements it, and its deliverer on top of it. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { filedResult, type FileEffect, type FilePlace } from '../../src/domain/filed.ts'
import type { Delivery } from '../../src/outbox/deliverer.ts'
import { fileDeliverer, textContent } from '../../src/outbox/file-deliverer.ts'
import type { FileContent, FileStore } from '../../src/roles/file-store.ts'
import type { Effect } from '../../src/store/effect-rows.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { aCall } from './mailer-contract.ts'
import type { Trouble } from './support/troubles.ts'

/** A file as it lies there. */
export interface Kept {
  /** From the outermost folder. */
  readonly path: string
  readonly bytes: number
  readonly md5: string
}

/** An implementer, with what is behind it. */
export interface FileStoreBench {
  readonly store: FileStore
  readonly kept: () => Promise<readonly Kept[]>
  /** Has this befall every request that could keep something from now on. */
  readonly befall: (trouble: Trouble) => Promise<void>
  readonly mend: () => Promise<void>
}

const KEY = 'run_1/file/1'

/** A place for one client. */
export function aPlace(changes: Partial<FilePlace> = {}): FilePlace {
  return {
    folders: ['Bäckerei Muster', '2026-12'],
    name: 'Über Brot run_1.md',
    type: 'text/markdown',
    ...changes,
  }
}

/** So many bytes that are made as they are read: none of them is kept in memory. */
export function longContent(bytes: number): FileContent {
  const read: FileContent['read'] = async (from, length) => {
    const part = new Uint8Array(length)
    for (let at = 0; at < length; at++) part[at] = ((from + at) * 31 + ((from + at) >> 13)) % 251
    return part
  }
  return { bytes, read }
}

/** The digest of a content. */
export async function md5Of({ bytes, read }: FileContent): Promise<string> {
  return createHash('md5')
    .update(await read(0, bytes))
    .digest('hex')
}

const BODY: FileEffect = { kind: 'file', ...aPlace(), text: '# Brot\n' }

function byText(a: string, b: string): number {
  return a < b ? -1 : 1
}

function anEffect(changes: Partial<Effect> = {}): Effect {
  return {
    id: 'eff_1',
    seq: 1,
    key: KEY,
    subject: { kind: 'run', id: 'run_1' },
    runId: 'run_1',
    service: 'x',
    kind: 'file',
    target: 'run_1',
    place: 'storage',
    body: BODY,
    state: 'pending',
    cause: null,
    tries: 1,
    uncertain: false,
    lookedUpMs: null,
    notBeforeMs: 0,
    owner: null,
    claimNo: 1,
    error: null,
    createdMs: 0,
    endedMs: null,
    ...changes,
  }
}

/** Checks it; `make` opens one for each test, and `troubles` are those that can befall it. */
export function describeFileStore(
  name: string,
  troubles: readonly Trouble[],
  make: () => Promise<FileStoreBench>,
): void {
  describe(`the contract of a store of files: ${name}`, () => {
    test('a file lies whole in its folders, and is found by its key', async () => {
      const { store, kept } = await make()
      const content = textContent('# Über Brot\n')
      expect(await store.find(aPlace(), KEY)).toBe(null)
      const link = await store.put(aPlace(), content, KEY)
      expect(link).not.toBe('')
      expect(await store.find(aPlace(), KEY)).toBe(link)
      expect(await kept()).toEqual([
        { path: 'Bäckerei Muster/2026-12/Über Brot run_1.md', bytes: 13, md5: await md5Of(content) },
      ])
      expect(await store.whyFull()).toBe(null)
    })

    test('files of one client and month are in one folder, also those that come at once', async () => {
      const { store, kept } = await make()
      const put = async (run: number, client: string): Promise<string> =>
        store.put(
          aPlace({ folders: [client, '2026-12'], name: `a run_${String(run)}.md` }),
          textContent(String(run)),
          `run_${String(run)}/file/1`,
        )
      await Promise.all([put(1, "O'Neil \\ 1"), put(2, "O'Neil \\ 1"), put(3, 'Other')])
      await put(4, "O'Neil \\ 1")
      expect((await kept()).map(({ path }) => path.split('/').at(-1) ?? '').toSorted(byText)).toEqual([
        'a run_1.md',
        'a run_2.md',
        'a run_3.md',
        'a run_4.md',
      ])
      expect(new Set((await kept()).map(({ path }) => path.split('/').slice(0, -1).join('/'))).size).toBe(2)
    })

    test.each([0, 1, 262_144, 8 * 1_048_576, 8 * 1_048_576 + 1])('%i bytes arrive', async bytes => {
      const { store, kept } = await make()
      const content = longContent(bytes)
      await store.put(aPlace(), content, KEY)
      expect(await kept()).toMatchObject([{ bytes, md5: await md5Of(content) }])
    })

    test.each(troubles)('%s: filed in the end, once', async trouble => {
      const { store, befall, mend, kept } = await make()
      const clock = fakeClock()
      const stores = { service: 'x', files: async () => store }
      const deliver = async (changes: Partial<Effect>): Promise<Delivery> =>
        fileDeliverer(stores, aCall(), { clock }).deliver(anEffect(changes), [])
      await befall(trouble)
      expect(await failureOf(deliver({}))).not.toMatchObject({ errorClass: 'permanent' })
      await mend()
      let delivery = await deliver({ uncertain: true })
      if (delivery.kind === 'unfound') {
        const lookedUpMs = clock.now()
        await clock.advance(10_000)
        delivery = await deliver({ uncertain: true, lookedUpMs })
      }
      expect(delivery).toMatchObject({ kind: 'done', thing: { key: KEY } })
      expect(await kept()).toHaveLength(1)
    })

    test.each([
      ['up and out', '../../etc', '2026', /^etc\/2026-12\/etc run_1\.md$/],
      ['a line break and a slash', 'a/b\r\nc', 'x', /^a b c\/2026-12\/a b c run_1\.md$/],
      ['nothing', ' . ', '', /^No client\/2026-12\/Result run_1\.md$/],
      ['emoji, without end', '👩‍👩‍👧'.repeat(500), '', /^[^/]+\/2026-12\/[^/]+ run_1\.md$/],
    ])('a client and a title of %s stay names', async (_, text, __, path) => {
      const { store, kept } = await make()
      const result = {
        client: text,
        title: text,
        runId: 'run_1',
        markdown: 'x',
        atMs: Date.UTC(2026, 11, 31, 23),
      }
      const file = filedResult(result)
      await store.put(file, textContent(file.text), KEY)
      expect((await kept()).map(each => path.test(each.path) || each.path)).toEqual([true])
    })
  })
}
