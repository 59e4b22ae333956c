import { dirname } from 'node:path'
import { CHAIN_START, flawAtEnd, flawOf, type AuditFlaw } from '../domain/audit.ts'
import { CATALOG_VERSION, findModel } from '../domain/model-catalog.ts'
import { LIMITS } from '../domain/operate.ts'
import { TASK_TYPES } from '../domain/task-type.ts'
import { isWithin } from '../domain/due.ts'
import { clockText, countText } from '../kernel/text.ts'
import { modelFor } from '../pipeline/rules.ts'
import { measured, notProved, type Check, type Finding, type OperateContext } from './check.ts'

/** The machine that it runs on, and what it stands on: disk, clock, proofs, audit chain, prices, models. */
export const MACHINE_CHECKS: readonly Check[] = [
  {
    name: 'disk',
    threshold: 'less than 1 GB is free where the store is; critical: 256 MB',
    look: async ({ world, store }) => {
      const freeBytes = world.files.freeBytes(dirname(store.facts.path))
      if (freeBytes === null) return notProved('this machine does not tell')
      const free = `${sizeText(freeBytes)} free`
      if (freeBytes >= LIMITS.freeBytes) return measured(free)
      return measured(free, {
        thing: 'state',
        cause: 'disk',
        severity: freeBytes < LIMITS.criticalFreeBytes ? 'critical' : 'warning',
        message: `only ${free} where the store is`,
        next: 'make room on the disk of the state folder: df -h',
      })
    },
  },
  {
    name: 'clock',
    threshold: 'something is recorded at a later time than now',
    look: async ({ store, world }) => {
      const ahead = await store.records.ahead()
      if (ahead === null) return measured('nothing is recorded at a later time than now')
      const message = `the clock ${clockText(ahead, world.clock.now())}`
      return measured(message, {
        thing: 'time',
        cause: 'clock',
        severity: 'warning',
        message,
        next: 'compare `date -u` with a clock you trust',
      })
    },
  },
  {
    name: 'proof',
    threshold: 'doctor found it failed, less than a day ago',
    look: async ({ store, world }) => {
      const proofs = await store.proofs.list()
      if (proofs.length === 0) return notProved('doctor never ran')
      const failed = proofs.filter(({ outcome }) => outcome === 'failed')
      const isNew = (atMs: number): boolean => isWithin(atMs, world.clock.now(), LIMITS.proofMs)
      return {
        measured: `${failed.length} of ${countText(proofs.length, 'proof')} failed`,
        bad: failed
          .filter(({ atMs }) => isNew(atMs))
          .map(({ subject, fix }) => ({
            thing: subject,
            cause: `proof/${subject}`,
            severity: GRAVE_PROOFS.has(subject) ? 'critical' : 'warning',
            message: `doctor found failed: ${subject}`,
            next: fix === null ? 'echopilot doctor' : `echopilot doctor; ${fix}`,
          })),
        // What was found long ago may be mended, or not.
        unmeasured: failed.filter(({ atMs }) => !isNew(atMs)).map(({ subject }) => subject),
      }
    },
  },
  {
    name: 'audit',
    threshold: `one of the last ${LIMITS.auditRows} rows of the chain, or its head, is not as it was written`,
    look: async ({ store }) => {
      const { rows, flaw } = await readTail(store)
      if (rows === 0 && flaw === null) return notProved('there is no row yet')
      if (flaw === null) return measured(`the last ${countText(rows, 'row')} are as they were written`)
      const message = `the audit chain has a flaw: ${flaw.what}`
      const next = 'echopilot audit verify'
      return measured(message, { thing: 'tail', cause: 'audit', severity: 'critical', message, next })
    },
  },
  {
    name: 'prices',
    threshold: 'the price table is older than 60 days',
    look: async ({ world }) => {
      const ageMs = world.clock.now() - Date.parse(CATALOG_VERSION)
      const message = `prices of models are as of ${CATALOG_VERSION}`
      if (ageMs <= LIMITS.pricesMs) return measured(message)
      const next = 'install a newer EchoPilot, or set prices in [models."NAME"]'
      return measured(message, { thing: 'table', cause: 'prices', severity: 'warning', message, next })
    },
  },
  {
    name: 'model',
    threshold: 'a model in use is shut down within 30 days; critical: it is',
    look: async ({ settings, world }) => {
      const nowMs = world.clock.now()
      const models = modelsInUse(settings, nowMs)
      return measured(
        `${countText(models.length, 'model')} in use`,
        ...models.map(model => shutdownFinding(model, nowMs)),
      )
    },
  },
]

/** A store that is broken is found by all that use it; what these say is found by nobody else. */
const GRAVE_PROOFS: ReadonlySet<string> = new Set(['store', 'receipts', 'audit chain'])

async function readTail({
  audit,
}: OperateContext['store']): Promise<{ rows: number; flaw: AuditFlaw | null }> {
  const { head, lastSeq } = await audit.end()
  if (head === null || lastSeq === null) {
    return { rows: 0, flaw: head === lastSeq ? null : flawAtEnd(CHAIN_START, { head, lastSeq }) }
  }
  const after = Math.max(CHAIN_START.seq, head.seq - LIMITS.auditRows)
  // What is appended after its end was read is not compared with that end.
  const rows = await audit.rows(after, Math.min(lastSeq - after, LIMITS.auditRows + 1))
  const [first, ...rest] = rows
  if (first === undefined) return { rows: 0, flaw: flawAtEnd(CHAIN_START, { head, lastSeq }) }
  // The oldest of them follows a row that is not read.
  let last = { seq: Number(first.seq), digest: first.digest }
  const flaw = flawOf({ seq: last.seq - 1, digest: first.previous }, first)
  if (flaw !== null) return { rows: 1, flaw }
  for (const row of rest) {
    const found = flawOf(last, row)
    if (found !== null) return { rows: rows.length, flaw: found }
    last = { seq: last.seq + 1, digest: row.digest }
  }
  return { rows: rows.length, flaw: flawAtEnd(last, { head, lastSeq }) }
}

function modelsInUse(settings: OperateContext['settings'], nowMs: number): string[] {
  const stages = ['generate', 'judge'] as const
  const used = TASK_TYPES.flatMap(type => stages.map(stage => modelFor(settings, stage, type, nowMs).model))
  return [...new Set(used)]
}

function shutdownFinding(model: string, nowMs: number): Finding | null {
  const date = findModel(model)?.shutdownDate ?? null
  if (date === null || Date.parse(date) - nowMs > LIMITS.shutdownMs) return null
  const isOver = nowMs >= Date.parse(date)
  return {
    thing: model,
    cause: `model/${model}`,
    severity: isOver ? 'critical' : 'warning',
    message: isOver ? `${model} is shut down since ${date}` : `${model} is shut down on ${date}`,
    next: `set another model, or successor in [models."${model}"]`,
  }
}

function sizeText(bytes: number): string {
  const megabytes = bytes / 1024 ** 2
  return megabytes < 1024 ? `${Math.floor(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`
}
