/** The only place of the benches that knows the store's transitions: how runs are added, claimed and committed. */
import { isBoardEffect } from '../../../src/domain/board-effects.ts'
import type { EffectBody } from '../../../src/domain/effect-kind.ts'
import { EFFECT_KINDS } from '../../../src/integrations/index.ts'
import { realClock, realFiles, realProcesses, realRandom } from '../../../src/kernel/real-world.ts'
import { newId, type IdKind } from '../../../src/kernel/ids.ts'
import { sha256 } from '../../../src/kernel/digest.ts'
import { TASK_TYPES } from '../../../src/domain/task-type.ts'
import type { ClaimedRun } from '../../../src/store/claims.ts'
import { openStore, type Store } from '../../../src/store/index.ts'
import type { NewRun } from '../../../src/store/run-rows.ts'
import type { NewJudgement, NewOutput, Next, Rest, StageEnd } from '../../../src/store/stage-end.ts'

/** A store with a clock that can be set, so that its runs are not all of one second. */
export interface BenchStore {
  readonly store: Store
  /** Sets the clock back: runs end up spread over as many days. */
  readonly daysAgo: (days: number) => void
}

const DAY_MS = 86_400_000

/** Opens the store in a state folder. */
export function openBenchStore(stateDir: string): BenchStore {
  const files = realFiles()
  let backMs = 0
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: `${stateDir}/echopilot.db`,
    world: {
      clock: { ...realClock(), now: () => Date.now() - backMs },
      random: realRandom(),
      files,
      processes: realProcesses(files, process.pid),
    },
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-bench',
  })
  return {
    store,
    daysAgo: days => {
      backMs = Math.round(days * DAY_MS)
    },
  }
}

const SERVICE = { service: '127.0.0.1', credential: 'bench', model: 'gpt-4o' }
const REQUEST = {
  stages: (['generate', 'judge', 'revise'] as const).map(stage => ({ stage, types: TASK_TYPES, ...SERVICE })),
  runIds: null,
  taskId: null,
}
const NO_CAPS = { taskNano: null, clientMonthNano: null, dayNano: null, monthNano: null }
const BRIEF = 'Write a note to our customers about the spring opening. '.repeat(8)
const WORK = 'The showroom at 14 Quay Street reopens on Saturday 21 March at 10:00. '.repeat(20)

const TO_JUDGE: Next = { kind: 'stage', stage: 'judge', score: null }
const DONE = {
  kind: 'rest',
  state: 'done',
  reason: 'scored 95, needed 80',
  errorClass: null,
  score: 95,
} as const satisfies Rest
const WAITS = { ...DONE, state: 'waiting_human', reason: 'scored 60, needed 80', score: 60 } as const

function newRun(cause: 'added' | 'tick'): NewRun {
  const rules = { threshold: 80, band: 2, revisions: 1 }
  return { cause, priority: 'Normal', briefDigest: sha256(BRIEF), actor: 'bench', ...rules }
}

/** Adds a local task, queued. */
export async function addLocal(store: Store, number: number, brief = BRIEF): Promise<void> {
  const task = { title: `Task ${String(number)}`, brief, type: 'Drafting' } as const
  await store.tasks.add(
    { ...task, client: null, clientId: null, price: null, qaTarget: null, priority: 'Normal', dueDate: null },
    newRun('added'),
  )
}

/** Picks up a page of Notion's queue. */
export async function addPage(store: Store, number: number): Promise<void> {
  const pageId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
  const client = {
    client: `Client ${String(number % 25)}`,
    clientEmail: null,
    clientRow: null,
    price: null,
    stoodCancelled: false,
  }
  const task = { title: `Task ${String(number)}`, brief: BRIEF, type: 'Drafting' } as const
  await store.pickUps.pickUp(
    { pageId, ...task, ...client, qaTarget: null, priority: 'Normal', dueDate: null },
    newRun('tick'),
  )
}

/** Lets runs rest at once, each taken with the end of the one before: the shortest way through the queue. */
export async function restRuns(store: Store): Promise<void> {
  await workThrough(store, async () => ({ kind: 'rested', settlement: null, next: WAITS }))
}

/** Takes runs through both stages, as the pipeline does, but asks nobody. */
export async function workRuns(store: Store): Promise<void> {
  await workThrough(store, async claimed => stageEnd(store, claimed))
}

async function workThrough(store: Store, work: (claimed: ClaimedRun) => Promise<StageEnd>): Promise<void> {
  let claimed = await store.claims.claim(REQUEST)
  while (claimed !== null) {
    const end = await work(claimed)
    claimed = (await store.stages.finish(claimed.claim, end, REQUEST)).next
  }
}

async function stageEnd(store: Store, { claim: held, stage, run }: ClaimedRun): Promise<StageEnd> {
  const callId = id('call')
  const call = { id: callId, stage, ...SERVICE, promptDigest: sha256(BRIEF) }
  const price = { reservedNano: 1_000_000, priceBasis: 'table', priceVersion: 'bench' } as const
  await store.stages.reserve(held, { ...call, ...price }, NO_CAPS)
  const settlement = { callId, ...SETTLED }
  return stage === 'judge'
    ? { kind: 'judged', settlement, judgement: newJudgement(run.outputId ?? ''), next: DONE }
    : { kind: 'written', settlement, output: newOutput(), next: TO_JUDGE }
}

const SETTLED = {
  certainty: 'metered',
  costNano: 400_000,
  usage: {
    inputTokens: 310,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 420,
    reasoningTokens: 0,
  },
  answeredModel: 'gpt-4o-2024-08-06',
  serviceTier: 'default',
  requestId: 'req_bench',
  price: null,
  note: null,
  error: null,
} as const

function newOutput(): NewOutput {
  const checks = { checkFindings: [], checksVersion: 'bench' }
  const text = { finish: 'complete', text: WORK, digest: sha256(WORK), refusal: null } as const
  return { id: id('output'), stage: 'generate', ...text, ...checks }
}

function newJudgement(outputId: string): NewJudgement {
  const scores = { clarity_coherence: 28, accuracy_relevance: 29, completeness: 19, professional_tone: 19 }
  const reasons = {
    clarity_coherence: 'It reads in one go.',
    accuracy_relevance: 'Every figure agrees with the brief.',
    completeness: 'All that was asked for is there.',
    professional_tone: 'It could go out as it is.',
  }
  const digests = { rubricDigest: sha256('rubric'), promptDigest: sha256('prompt'), model: 'gpt-4o-mini' }
  const verdict = { score: 95, scores, reasons, findings: [], opinion: 'accept' }
  return { id: id('judgement'), outputId, verdict, flaw: null, obstacle: null, ...digests }
}

/** The key of what it makes there; null where that is nothing. */
function thingOf(body: EffectBody): string | null {
  if (isBoardEffect(body, 'body')) return `${body.runId}/body`
  return isBoardEffect(body, 'log') || isBoardEffect(body, 'job') ? body.thing : null
}

/** Ends every effect that waits in the outbox, as if it had been written to Notion. */
export async function deliverAll(store: Store): Promise<void> {
  let effects = await store.outbox.claim('notion', 'all')
  for (let [head] = effects; head !== undefined; [head] = effects) {
    const { body } = head
    const key = thingOf(body)
    effects = await store.outbox.delivered(effects, key === null ? null : { key, outsideId: head.id }, 'all')
  }
}

function id(kind: IdKind): string {
  return newId(kind, { clock: realClock(), random: realRandom() })
}
