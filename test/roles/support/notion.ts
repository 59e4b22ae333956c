/** Notion's service on a stand-in and a real store, with the person who sits before the board. */
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import type { OpenService } from '../../../src/integrations/service.ts'
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import type { ServiceCall } from '../../../src/roles/task-source.ts'
import { PARENT_PAGE_ID, SANDBOX_TOKEN } from '../../../src/sandbox/notion/identity.ts'
import type { Store } from '../../../src/store/index.ts'
import { boardAt, type Board } from '../../integrations/notion/support/board.ts'
import { notionServer } from '../../sandbox/notion/support/server.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { testStore } from '../../support/store.ts'
import { openService } from './opened.ts'
import { FAULTS, type Trouble } from './troubles.ts'

/** What the makers of all roles of Notion are made of. */
export interface NotionBench {
  readonly url: string
  readonly board: Board
  readonly store: Store
  readonly clock: FakeClock
  readonly storeFile: string
  /** Opens it, as it stands at an address, on its store or on the one that is given. */
  readonly open: (url?: string, given?: Store) => Promise<OpenService>
  readonly call: (dryRun?: boolean) => ServiceCall
  /** Has this befall every request that fits, from now on. */
  readonly befall: (
    trouble: Trouble,
    match?: { readonly method?: string; readonly path?: string },
  ) => Promise<void>
}

export const REQUESTS_PER_SECOND = 100
/** Waits that are for another try pass at once; longer ones are for an answer, which the stand-in takes its time for. */
const LONGEST_WAIT_MS = 5_000

/** Opens one; closed when the test is over. */
export async function notionBench(): Promise<NotionBench> {
  const { url: standIn } = await notionServer()
  const board = boardAt(standIn)
  const files = testStore()
  const { clock, path: storeFile } = files
  const store = files.open('one')
  const sleep: FakeClock['sleep'] = async (ms, signal) =>
    ms > LONGEST_WAIT_MS ? clock.sleep(ms, signal) : clock.advance(Math.ceil(ms))
  const world = { fetch: lightFetch(), clock: { ...clock, sleep }, random: seededRandom(1) }
  const silent = (): void => undefined
  return {
    url: standIn,
    board,
    store,
    clock,
    storeFile,
    open: (url = standIn, given = store) =>
      openService('notion', {
        world,
        settings: {
          notion: { base_url: url, parent_page: PARENT_PAGE_ID, requests_per_second: REQUESTS_PER_SECOND },
        },
        secrets: { NOTION_TOKEN: SANDBOX_TOKEN },
        store: given,
      }),
    call: (dryRun = false) => ({
      actor: 'tester',
      world,
      log: { error: silent, warn: silent, info: silent, debug: silent, tell: silent },
      stop: new AbortController().signal,
      dryRun,
      progress: silent,
    }),
    befall: async (trouble, match = {}) => board.arm(FAULTS[trouble], match, 1000),
  }
}
