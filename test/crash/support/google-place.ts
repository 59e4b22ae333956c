/** A store that works with a stand-in of Google of its own, and is killed. */
import { copyFileSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../../src/sandbox/google/identity.ts'
import { googleServer, type GoogleServer } from '../../sandbox/google/support/server.ts'
import { emptyStoreIn } from '../../support/store.ts'
import type { Place } from './matrix.ts'

/** A place, and the service that mails and files of it come to. */
export interface GooglePlace extends Place {
  readonly google: GoogleServer
}

/** Makes one in a folder, with a copy of a store, or with an empty one. */
export async function googlePlace(folder: string, template: string | null): Promise<GooglePlace> {
  const stateDir = mkdtempSync(join(folder, 'place-'))
  if (template === null) emptyStoreIn(stateDir)
  else copyFileSync(template, join(stateDir, 'echopilot.db'))
  const google = await googleServer()
  const env = {
    GOOGLE_BASE_URL: google.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  }
  return { stateDir, env, google }
}

/** What may have been sent is looked for twice, ten seconds apart: they have passed. */
export function tenSecondsLater({ stateDir }: Place): void {
  const db = new Database(join(stateDir, 'echopilot.db'))
  db.exec('UPDATE effects SET not_before_ms = 0, looked_up_ms = looked_up_ms - 10000')
  db.close()
}
