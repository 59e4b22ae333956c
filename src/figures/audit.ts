import {
  CHAIN_START,
  flawAgainst,
  flawAtEnd,
  flawOf,
  type AuditFlaw,
  type AuditHead,
  type AuditRow,
} from '../domain/audit.ts'
import { AppError } from '../kernel/errors.ts'
import type { World } from '../kernel/world.ts'
import type { Store } from '../store/index.ts'

/** What the chain is read with, and what tells of it. */
export interface ChainReading {
  readonly store: Pick<Store, 'audit'>
  readonly world: { readonly clock: Pick<World['clock'], 'soon'> }
  readonly stop: AbortSignal
  progress(line: string): void
}

/** What a reading of the whole chain came to. */
export interface ChainFound {
  /** The newest row before the first flaw, or of all. */
  readonly last: AuditHead
  readonly flaw: AuditFlaw | null
}

const ROWS_AT_ONCE = 2_000
const TELL_EVERY = 100_000n

/** The chain after a row, so many rows at a time, to its end. @throws AppError `busy` where it is to stop */
export async function* chainPages(
  reading: ChainReading,
  after: bigint | null = null,
): AsyncGenerator<AuditRow[]> {
  const { store, world, stop } = reading
  let last = after
  for (;;) {
    const rows: AuditRow[] = await store.audit.rows(last, ROWS_AT_ONCE)
    const newest = rows.at(-1)
    if (newest === undefined) return
    yield rows
    last = BigInt(newest.seq)
    if (last % TELL_EVERY === 0n) reading.progress(`${last} rows`)
    // A signal is heard only where the process is let wait.
    await new Promise<void>(resolve => world.clock.soon(resolve))
    if (stop.aborted) throw stopped(last)
  }
}

function stopped(seq: bigint): AppError {
  return new AppError('busy', `stopped at row ${seq} of the audit chain`, 'run the same command again')
}

/**
 * Reads the whole chain and finds its first flaw, also by a head that was seen outside. Rows that are appended
 * meanwhile are no flaw.
 */
export async function verifyChain(reading: ChainReading, seen: AuditHead | null): Promise<ChainFound> {
  let last = CHAIN_START
  let found: AuditHead | null = null
  for (;;) {
    for await (const rows of chainPages(reading, last.seq === 0 ? null : BigInt(last.seq))) {
      for (const row of rows) {
        const flaw = flawOf(last, row)
        if (flaw !== null) return { last, flaw }
        last = { seq: last.seq + 1, digest: row.digest }
        if (last.seq === seen?.seq) found = last
      }
    }
    const end = await reading.store.audit.end()
    // What was appended since the last page is read first: only then its head can be compared.
    if ((end.lastSeq ?? 0) > last.seq) continue
    const flaw = flawAtEnd(last, end) ?? (seen === null ? null : flawAgainst(seen, found, last))
    return { last, flaw }
  }
}
