import type { FailedService } from '../../src/domain/after-failure.ts'
import { EFFECT_KINDS } from '../../src/integrations/index.ts'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { realFiles } from '../../src/kernel/real-world.ts'
import type { ServiceUse } from '../../src/domain/breaker.ts'
import { TASK_TYPES } from '../../src/domain/task-type.ts'
import type { Claim } from '../../src/kernel/lease.ts'
import type { Stage } from '../../src/domain/run-state.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import type { ClaimedRun, ClaimRequest, StageService } from '../../src/store/claims.ts'
import type { NewCall, Settlement } from '../../src/store/ledger.ts'
import type { PickedPage } from '../../src/store/pickup.ts'
import type { NewRun } from '../../src/store/run-rows.ts'
import type { NewJudgement, NewOutput, Next, Rest } from '../../src/store/stage-end.ts'
import type { TaskRequest } from '../../src/store/tasks.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { fakeMachine, type FakeMachine } from './fake-machine.ts'
import { aTask } from './tasks.ts'
import { temporaryFolder } from './temporary.ts'

/** A store file, the pretended machine it is on, and the processes that opened it. No pipeline, no network. */
export interface TestStore {
  readonly path: string
  readonly clock: FakeClock
  readonly machine: FakeMachine
  /** The store as the process of this name sees it; closed when the test is over. */
  open(processName: string): Store
}

/** Puts a store without anything in it into a folder, and returns its file. */
export function emptyStoreIn(folder: string): string {
  const path = join(folder, 'echopilot.db')
  copyFileSync(inject('emptyStore'), path)
  return path
}

/** A store that nobody has made yet, in a new folder unless its path is given. */
export function unmadeStore(path = join(temporaryFolder(), 'echopilot.db')): TestStore {
  return testStore(path)
}

/** An empty store, in a new folder unless its path is given; nothing is opened yet. */
export function testStore(path = emptyStoreIn(temporaryFolder())): TestStore {
  const clock = fakeClock()
  const machine = fakeMachine()
  let seed = 0
  return {
    path,
    clock,
    machine,
    open: processName => {
      seed += 1
      const world = {
        clock,
        random: seededRandom(seed),
        files: realFiles(),
        processes: machine.process(processName),
      }
      const store = openStore({
        kinds: EFFECT_KINDS,
        path,
        world,
        commit: 'c0ffee000000',
        actor: 'tester',
        programVersion: '0.0.0-test',
      })
      onTestFinished(() => store.close())
      return store
    },
  }
}

/** The service that all stages of these tests need. */
export const SERVICE: ServiceUse = { service: 'models.example', credential: 'first-key', model: 'gpt-4o' }

/** That service, where it gave no usable answer. */
export const FAILED_SERVICE: FailedService = { ...SERVICE, signature: 'x', isDoubtful: false, hint: null }

/** All stages, on that service. */
export const ALL_STAGES: readonly StageService[] = (['generate', 'judge', 'revise'] as const).map(stage => ({
  stage,
  types: TASK_TYPES,
  ...SERVICE,
}))

/** Any run, for any stage. */
export const ANY: ClaimRequest = { stages: ALL_STAGES, runIds: null, taskId: null }

/** No cap at all. */
export const NO_CAPS = { taskNano: null, clientMonthNano: null, dayNano: null, monthNano: null } as const

/** The rules a run is added with. */
export function aRun(changes: Partial<NewRun> = {}): NewRun {
  return {
    cause: 'added',
    priority: 'Normal',
    briefDigest: 'd1',
    threshold: 80,
    band: 2,
    revisions: 1,
    actor: 'tester',
    ...changes,
  }
}

/** A row of the queue as it is read at pick-up. */
export function aPage(pageId: string): PickedPage {
  const { dueDate, type, priority, qaTarget } = aTask()
  const asked = {
    title: 'Note',
    brief: 'Write a note.',
    client: null,
    clientEmail: null,
    clientRow: null,
    price: null,
    stoodCancelled: false,
  }
  return { ...asked, pageId, type, qaTarget, priority, dueDate }
}

/** Adds a task with its first run. */
export async function addTo(
  store: Store,
  changes: Partial<TaskRequest> = {},
): Promise<{ taskId: string; runId: string }> {
  const task = aTask(changes)
  return store.tasks.add(task, aRun({ priority: task.priority }))
}

/** Claims the next run; throws where there is none. */
export async function claimFrom(store: Store, stages = ALL_STAGES): Promise<ClaimedRun> {
  const claimed = await store.claims.claim({ stages, runIds: null, taskId: null })
  if (claimed === null) throw new Error('nothing is ready')
  return claimed
}

let made = 0
const numbered = (prefix: string): string => {
  made += 1
  return `${prefix}_${String(made).padStart(6, '0')}`
}

/** A call that reserves 1,000 nano-dollars. */
export function aCall(changes: Partial<NewCall> = {}): NewCall {
  return {
    id: numbered('call'),
    stage: 'generate' satisfies Stage,
    ...SERVICE,
    reservedNano: 1000,
    priceBasis: 'table',
    priceVersion: 'v1',
    promptDigest: 'p1',
    ...changes,
  }
}

/** A call that ended well and cost 400 nano-dollars. */
export function aSettlement(callId: string, changes: Partial<Settlement> = {}): Settlement {
  return {
    callId,
    certainty: 'metered',
    costNano: 400,
    usage: { inputTokens: 10, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 20, reasoningTokens: 0 },
    answeredModel: 'gpt-4o-2024-08-06',
    serviceTier: 'default',
    requestId: 'req_1',
    price: null,
    note: null,
    error: null,
    ...changes,
  }
}

/** A whole draft without findings. */
export function anOutput(changes: Partial<NewOutput> = {}): NewOutput {
  return {
    id: numbered('out'),
    stage: 'generate',
    finish: 'complete',
    text: 'The work.',
    digest: 'd',
    refusal: null,
    checkFindings: [],
    checksVersion: 'checks/1',
    ...changes,
  }
}

/** A verdict of 90. */
export function aJudgement(outputId: string, changes: Partial<NewJudgement> = {}): NewJudgement {
  const scores = { clarity_coherence: 27, accuracy_relevance: 27, completeness: 18, professional_tone: 18 }
  const reasons = { clarity_coherence: '', accuracy_relevance: '', completeness: '', professional_tone: '' }
  return {
    id: numbered('jdg'),
    outputId,
    verdict: { score: 90, scores, reasons, findings: [], opinion: 'accept' },
    flaw: null,
    obstacle: null,
    rubricDigest: 'r',
    promptDigest: 'p',
    model: 'gpt-4o-mini',
    ...changes,
  }
}

export const TO_JUDGE: Next = { kind: 'stage', stage: 'judge', score: null }
export const TO_DONE: Rest = {
  kind: 'rest',
  state: 'done',
  reason: 'scored 90, needed 80',
  errorClass: null,
  score: 90,
}

/** Where a run goes that must not cost anything. */
export const TO_FAILED: Rest = {
  kind: 'rest',
  state: 'failed_final',
  reason: 'the brief is empty',
  errorClass: 'data',
  score: null,
}

/** Reserves, settles and commits a draft; the run then waits to be judged. */
export async function commitDraft(store: Store, claim: Claim): Promise<{ outputId: string; callId: string }> {
  const call = aCall()
  const output = anOutput()
  await store.stages.reserve(claim, call, NO_CAPS)
  const end = { kind: 'written', settlement: aSettlement(call.id), output, next: TO_JUDGE } as const
  await store.stages.finish(claim, end, null)
  return { outputId: output.id, callId: call.id }
}
