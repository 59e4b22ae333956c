import { findRow, readRows, type RowReader, type StoreCore } from './core.ts'
import { endLinksAt } from './links.ts'

/** The account of a service that this store belongs to. */
export interface Account {
  readonly service: string
  /** What tells accounts apart: a workspace id, an account id with its mode. */
  readonly identity: string
  /** For people. */
  readonly label: string
  /** Digest of the credential it was seen with, so that it is asked again only when that changes. */
  readonly credential: string
  readonly sinceMs: number
}

/** Binding of the store to outside accounts, so that sandbox, test and live never mix (SPEC §4). */
export function accountStore(core: StoreCore) {
  const get = (service: string): Account | null => {
    return findRow(core, 'SELECT * FROM accounts WHERE service = :service', { service }, readAccount)
  }
  return {
    get: async (service: string) => get(service),
    list: async () => readRows(core, 'SELECT * FROM accounts ORDER BY service', {}, readAccount),
    /**
     * Lets go of the account of a service: the next contact binds the one that the credential opens. Payment links of
     * the old one are over for us, because nobody here could close them; bills that wait get new ones. Returns how many
     * stood; they are to be closed at the service. Nothing happens where none is bound.
     */
    release: async (service: string) =>
      core.change(core.actor, 'account.release', tx => {
        const before = get(service)
        if (before === null) return 0
        tx.engine.run('DELETE FROM accounts WHERE service = :service', { service })
        const links = endLinksAt(tx, service, `the store let go of the account ${before.identity}`)
        tx.about(service, { identity: before.identity, links })
        return links
      }),
    /** Binds, or with `rebind` binds anew. Returns the account that is bound afterwards. */
    bind: async (account: Omit<Account, 'sinceMs'>, rebind: boolean) =>
      core.change(core.actor, 'account.bind', tx => {
        const before = get(account.service)
        const same = before?.identity === account.identity
        if (before !== null && !same && !rebind) return before
        const sinceMs = same ? before.sinceMs : tx.clock.now()
        tx.engine.run(
          `INSERT INTO accounts (service, identity, label, credential, since_ms)
           VALUES (:service, :identity, :label, :credential, :sinceMs)
           ON CONFLICT (service) DO UPDATE SET identity = excluded.identity, label = excluded.label,
             credential = excluded.credential, since_ms = excluded.since_ms`,
          { ...account, sinceMs },
        )
        const { service, identity, credential } = account
        const isKnown = same && before.label === account.label && before.credential === credential
        if (!isKnown) tx.about(service, { identity, credential })
        return { ...account, sinceMs }
      }),
  }
}

function readAccount(is: RowReader): Account {
  return {
    service: is.text('service'),
    identity: is.text('identity'),
    label: is.text('label'),
    credential: is.text('credential'),
    sinceMs: is.number('since_ms'),
  }
}
