import { basename, dirname, join } from 'node:path'
import type { EffectKinds } from '../domain/effect-kind.ts'
import { AppError, messageOf } from '../kernel/errors.ts'
import type { Files, World } from '../kernel/world.ts'
import { recordStore } from './records.ts'
import { auditStore } from './audit.ts'
import { appendAudit } from './audit-chain.ts'
import { billStore } from './bills.ts'
import { chatStore } from './chats.ts'
import { claimStore } from './claims.ts'
import { clientStore } from './clients.ts'
import { changing, type StoreCore } from './core.ts'
import { decisionStore } from './decisions.ts'
import { openEngine, sqliteVersion, type Engine } from './engine.ts'
import { groupCommit } from './group-commit.ts'
import { CHECK_LIMITS, checkIntegrity, type CheckLimits, type Integrity } from './integrity.ts'
import { ledgerStore } from './ledger.ts'
import { linkStore } from './links.ts'
import { lookupStore } from './lookup.ts'
import { mailingStore } from './mailings.ts'
import { migrate, readMigrations, refuseForeign, schemaVersion } from './migrate.ts'
import { accountStore } from './accounts.ts'
import { alertStore } from './alerts.ts'
import { jobStore } from './jobs.ts'
import { lockStore } from './locks.ts'
import { notionStore } from './notion.ts'
import { effectStore } from './effects.ts'
import { operateStore } from './operate.ts'
import { outboxStore } from './outbox.ts'
import { rebuildStore } from './rebuild.ts'
import { pickUpStore } from './pickup.ts'
import { rateStore } from './rate.ts'
import { pauseStore } from './pauses.ts'
import { paymentStore } from './payments.ts'
import { proofCallStore } from './proof-calls.ts'
import { proofStore } from './proofs.ts'
import { queueStore } from './queue.ts'
import { refundStore } from './refunds.ts'
import { receiptStore } from './receipts.ts'
import { replayStore } from './replays.ts'
import { reportStore } from './reports.ts'
import { runStore } from './runs.ts'
import { stageStore } from './stages.ts'
import { taskStore } from './tasks.ts'
import { telemetryStore } from './telemetry.ts'
import { unitFailureStore } from './unit-failures.ts'
import { webhookStore } from './webhooks.ts'
import { coverageStore } from './coverage.ts'
import { checkpoint, copiesAmong, type Checkpoint, type StoreCopy } from './upkeep.ts'

/**
 * The state of EchoPilot: a set of whole transitions, each atomic and durable when its promise resolves.
 * Nobody outside this folder opens a transaction or writes SQL.
 */
export interface Store extends Families {
  /** The same store where somebody else changes it: one process may serve many. */
  as(actor: string): Store
  /** The kinds of effects it was opened with. */
  readonly kinds: EffectKinds
  readonly facts: {
    readonly path: string
    readonly schema: number
    readonly sqlite: string
    /** The store's file, and all that is named after it: its log, the index of that, copies. */
    readonly files: () => string[]
  }
  /** Tries a write and looks for damage, within limits; what is too large for one check is checked in parts. */
  check(limits?: CheckLimits): Promise<Integrity>
  /** Takes over into the file what stands in the log of its writes, and empties that. */
  checkpoint(): Promise<Checkpoint>
  /** Copies that migrations made beside the file. */
  copies(): Promise<StoreCopy[]>
  /** Commits what still waits for it, then lets go of the file. */
  close(): void
}

/** Where the file is and what the store is given of the world. */
export interface StoreOptions {
  readonly path: string
  readonly world: Pick<World, 'clock' | 'random' | 'files' | 'processes'>
  readonly commit: string
  /** Who changes it, where a change names nobody else. */
  readonly actor: string
  readonly programVersion: string
  readonly kinds: EffectKinds
  /** How long a change waits for another process; ten seconds where it is left out. */
  readonly busyTimeoutMs?: number | undefined
}

/**
 * Opens the store, creating or migrating it first.
 * @throws AppError `store` where the file is damaged, foreign, newer, or cannot be written; it is unharmed.
 */
export function openStore(options: StoreOptions): Store {
  makeFolder(options)
  const engine = openPrivately(options)
  const now = options.world.clock.now()
  try {
    migrate(engine, readMigrations(), {
      now,
      programVersion: options.programVersion,
      copy: from => copyBeside(options, from),
      processes: options.world.processes,
      tell: (fromSchema, schema) =>
        appendAudit({ ...options, engine, clock: { now: () => now } }, 'store.migrate', {
          store: { fromSchema, schema },
        }),
    })
    return storeOn(engine, options)
  } catch (error) {
    engine.close()
    throw error
  }
}

function storeOn(engine: Engine, options: StoreOptions): Store {
  const { clock, processes, random, files } = options.world
  const { write, flush } = groupCommit(engine, work => clock.soon(work))
  const { commit, kinds } = options
  const reading = { engine, clock, processes, commit, kinds }
  const change = changing(reading, engine, random, write)
  const facts = {
    path: options.path,
    schema: schemaVersion(engine),
    get sqlite() {
      return sqliteVersion()
    },
    files: () => ownFiles(files, options.path),
  }
  const close = (): void => {
    flush()
    engine.close()
  }
  const as = (actor: string): Store => {
    const core: StoreCore = { ...reading, actor, change }
    return {
      as,
      ...familiesOn(core),
      kinds,
      facts,
      check: (limits = CHECK_LIMITS) => checkIntegrity(core, engine, clock, limits),
      checkpoint: async () => checkpoint(engine),
      copies: async () => copiesAmong(core, facts.files()),
      close,
    }
  }
  return as(options.actor)
}

type Families = ReturnType<typeof familiesOn>

/** Each family has its reads, and its changes as whole transitions. */
function familiesOn(core: StoreCore) {
  return {
    tasks: taskStore(core),
    runs: runStore(core),
    claims: claimStore(core),
    stages: stageStore(core),
    decisions: decisionStore(core),
    ledger: ledgerStore(core),
    receipts: receiptStore(core),
    replays: replayStore(core),
    reports: reportStore(core),
    pauses: pauseStore(core),
    queue: queueStore(core),
    records: recordStore(core),
    proofCalls: proofCallStore(core),
    jobs: jobStore(core),
    proofs: proofStore(core),
    lookup: lookupStore(core),
    locks: lockStore(core),
    rates: rateStore(core),
    pickUps: pickUpStore(core),
    outbox: outboxStore(core),
    effects: effectStore(core),
    rebuild: rebuildStore(core),
    notion: notionStore(core),
    accounts: accountStore(core),
    audit: auditStore(core),
    alerts: alertStore(core),
    operate: operateStore(core),
    unitFailures: unitFailureStore(core),
    telemetry: telemetryStore(core),
    clients: clientStore(core),
    bills: billStore(core),
    payments: paymentStore(core),
    refunds: refundStore(core),
    links: linkStore(core),
    mailings: mailingStore(core),
    webhooks: webhookStore(core),
    coverage: coverageStore(core),
    chats: chatStore(core),
  }
}

function makeFolder(options: StoreOptions): void {
  try {
    options.world.files.makeDir(dirname(options.path), 0o700)
  } catch (error) {
    throw new AppError(
      'store',
      `the state folder ${dirname(options.path)} cannot be made: ${messageOf(error)}`,
      'name a folder you can write to with --state-dir, or set ECHOPILOT_STATE_DIR',
      error,
    )
  }
}

/**
 * Opens the file for its owner alone: it is made so, and others lose what a looser umask gave them of it, of its
 * log and of its copies. Not before it is known to be ours.
 */
function openPrivately({ path, world, busyTimeoutMs }: StoreOptions): Engine {
  // Where it cannot be made SQLite fails as well, and says why in the words of a store.
  world.files.makeFile(path, OWNER_ONLY)
  const engine = openEngine(path, refuseForeign, busyTimeoutMs)
  for (const name of ownFiles(world.files, path)) world.files.tighten(name)
  return engine
}

const OWNER_ONLY = 0o600

/** What is in the folder under the store's name. */
function ownFiles(files: Pick<Files, 'list'>, path: string): string[] {
  const folder = dirname(path)
  return files
    .list(folder)
    .filter(name => name.startsWith(basename(path)))
    .map(name => join(folder, name))
}

/**
 * A copy of the file as it was before a migration, for a way back to the older program; whole or not at all. By a
 * connection of its own, because the one that migrates is inside its transaction. Returns how to take it away.
 */
function copyBeside({ path, world }: StoreOptions, fromVersion: number): () => void {
  const target = `${path}.schema-${fromVersion}`
  const unfinished = `${target}.tmp`
  world.files.remove(unfinished)
  const reading = openEngine(path, refuseForeign)
  try {
    // SQLite fills an empty file, and leaves it its mode.
    world.files.makeFile(unfinished, OWNER_ONLY)
    reading.copyTo(unfinished)
    world.files.rename(unfinished, target)
  } catch (error) {
    world.files.remove(unfinished)
    throw error
  } finally {
    reading.close()
  }
  return () => world.files.remove(target)
}
