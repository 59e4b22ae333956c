/** The sandbox's own switches for this stand-in. */
import type { Database } from '../../lib/db.ts'

/** What can be set. */
export interface Settings {
  /** Calls a second before 429 `rate_limited`; null (the default) for no limit. */
  readonly requestsPerSecond: number | null
}

/** The settings of one stand-in. */
export interface SettingStore {
  read(): Settings
  write(settings: Settings): void
}

const RATE = 'requests_per_second'

/** Opens the settings. */
export function settingStore(db: Database): SettingStore {
  const get = db.prepare<[string], { readonly value: string }>('SELECT value FROM setting WHERE name = ?')
  const put = db.prepare<[string, string]>('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)')
  const drop = db.prepare<[string]>('DELETE FROM setting WHERE name = ?')
  return {
    read: () => {
      const rate = Number(get.get(RATE)?.value ?? Number.NaN)
      return { requestsPerSecond: Number.isNaN(rate) ? null : rate }
    },
    write: ({ requestsPerSecond }) => {
      if (requestsPerSecond === null) drop.run(RATE)
      else put.run(RATE, String(requestsPerSecond))
    },
  }
}
