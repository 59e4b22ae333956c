import { expect, test } from 'vitest'
import { expectAtRest } from '../support/books.ts'
import { aTask, briefThat, REVISED_BRIEF } from '../support/tasks.ts'
import { bodyOf } from '../support/held-fetch.ts'
import { workshop } from '../support/workshop.ts'

test.each([
  { what: 'a good draft', brief: aTask().brief, state: 'done', score: 95, calls: 'generate judge' },
  {
    what: 'one revision',
    brief: REVISED_BRIEF,
    state: 'done',
    score: 92,
    calls: 'generate judge judge revise',
  },
  { what: 'a refusal', brief: briefThat('refuse'), state: 'failed_final', score: null, calls: 'generate' },
  { what: 'an empty brief', brief: ' \n', state: 'failed_final', score: null, calls: '' },
  {
    what: 'a verdict malformed once',
    brief: briefThat('malformed-verdict-once', 'score=90'),
    state: 'done',
    score: 90,
    calls: 'generate judge judge',
  },
  {
    what: 'a verdict always malformed',
    brief: briefThat('malformed-verdict', 'score=100'),
    state: 'waiting_human',
    score: null,
    calls: 'generate judge judge judge',
  },
  {
    what: 'twice under the threshold',
    brief: briefThat('score=60'),
    state: 'waiting_human',
    score: 60,
    calls: 'generate judge judge revise',
  },
  {
    what: 'within the band under it, each version judged twice',
    brief: briefThat('score=78'),
    state: 'waiting_human',
    score: 78,
    calls: 'generate judge judge judge judge revise',
  },
  {
    what: 'just outside the band',
    brief: briefThat('score=83'),
    state: 'done',
    score: 83,
    calls: 'generate judge',
  },
  {
    what: 'at the threshold',
    brief: briefThat('score=80'),
    state: 'done',
    score: 80,
    calls: 'generate judge judge',
  },
  {
    what: 'a fenced verdict',
    brief: briefThat('fenced-json', 'score=90'),
    state: 'done',
    score: 90,
    calls: 'generate judge',
  },
  {
    what: 'always truncated, never judged',
    brief: briefThat('truncate', 'score=100'),
    state: 'waiting_human',
    score: null,
    calls: 'generate revise',
  },
  {
    what: 'always empty, never judged',
    brief: briefThat('empty', 'score=100'),
    state: 'waiting_human',
    score: null,
    calls: 'generate revise',
  },
])('$what: $state, score $score', async row => {
  const shop = await workshop()
  const { taskId, runId } = await shop.add({ brief: row.brief })
  await shop.drain()
  const task = await shop.task(taskId)
  expect({ state: task.state, score: task.score }).toEqual({ state: row.state, score: row.score })
  const calls = await shop.calls(runId)
  expect(
    calls
      .map(call => call.stage)
      .toSorted()
      .join(' '),
  ).toBe(row.calls)
  expect(new Set(calls.map(call => call.certainty))).toEqual(new Set(row.calls === '' ? [] : ['metered']))
  expect((await shop.run(runId)).attempt).toBe(1)
  const ledger = await shop.server.ledger()
  expect(calls.reduce((sum, call) => sum + call.costNano, 0)).toBe(ledger.totals.cost_nano_usd)
  expect(task.costNano).toBe(ledger.totals.cost_nano_usd)
  expectAtRest(shop.storeFile)
})

test('truncated, refused and empty are told apart', async () => {
  const shop = await workshop({ settings: { qa: { revisions: 0 } } })
  const finishes: (string | undefined)[] = []
  for (const directive of ['truncate', 'refuse', 'empty', 'score=90']) {
    const { runId } = await shop.add({ brief: briefThat(directive) })
    await shop.drain()
    finishes.push((await shop.outputs(runId))[0]?.finish)
  }
  expect(finishes).toEqual(['truncated', 'refused', 'empty', 'complete'])
})

test('means are compared unrounded: 79.5 is under 80', async () => {
  const shop = await workshop({ settings: { qa: { revisions: 0 } } })
  const judge = { kind: 'judge' }
  await shop.fault({ type: 'score', score: 79 }, judge)
  await shop.fault({ type: 'score', score: 80 }, judge)
  const { taskId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({
    state: 'waiting_human',
    score: 79.5,
    reason: 'scored 79.5, needed 80',
  })
})

test('the second judgement decides with the first: 79 and 81 make 80', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'score', score: 79 }, { kind: 'judge' })
  await shop.fault({ type: 'score', score: 81 }, { kind: 'judge' })
  const { taskId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'done', score: 80 })
})

test('the target of the row is above that of the type, and that above the configured one', async () => {
  const types = { Research: { qa_target: 70 } }
  const shop = await workshop({ settings: { types, qa: { threshold: 90, revisions: 0 } } })
  const brief = briefThat('score=80')
  const configured = await shop.add({ brief })
  const byType = await shop.add({ brief, type: 'Research' })
  const byRow = await shop.add({ brief, type: 'Research', qaTarget: 95 })
  await shop.drain()
  const states = await Promise.all([configured, byType, byRow].map(async ({ taskId }) => shop.task(taskId)))
  expect(states.map(({ state, threshold }) => [state, threshold])).toEqual([
    ['waiting_human', 90],
    ['done', 70],
    ['waiting_human', 95],
  ])
})

test('as many revisions as are configured, then a person', async () => {
  const shop = await workshop({ settings: { qa: { revisions: 3 } } })
  const { taskId, runId } = await shop.add({ brief: briefThat('score=10') })
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human' })
  expect((await shop.outputs(runId)).map(output => output.stage)).toEqual([
    'generate',
    'revise',
    'revise',
    'revise',
  ])
})

test('failed checks go to the revision, and cost no judgement', async () => {
  const shop = await workshop({ settings: { qa: { banned_terms: ['roastery'] } } })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human', score: null })
  const outputs = await shop.outputs(runId)
  expect(outputs).toHaveLength(2)
  for (const output of outputs) {
    expect(output.checkFindings).toMatchObject([{ source: 'banned_term' }])
    expect(output.judgements).toEqual([])
  }
})

test('asking for details instead of working is sent back without a judge', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'ask-details' }, { kind: 'generate' })
  const { runId } = await shop.add()
  await shop.drain({ stages: ['generate', 'judge'] })
  expect(await shop.outputs(runId)).toMatchObject([
    { finish: 'complete', judgements: [], checkFindings: [{ source: 'asks_for_details' }] },
  ])
  expect(await shop.run(runId)).toMatchObject({ state: 'generated', nextStage: 'revise' })
})

test('a model that refuses to revise leaves the draft: a person decides about that, and it is what is revised', async () => {
  const sent: string[] = []
  const shop = await workshop({
    fetch: async (input, init) => {
      sent.push(bodyOf(init))
      return fetch(input, init)
    },
  })
  await shop.fault({ type: 'refuse' }, { kind: 'revise' })
  const { taskId, runId } = await shop.add({ brief: briefThat('score=60') })
  await shop.drain()
  const waiting = await shop.task(taskId)
  expect(waiting.state).toBe('waiting_human')
  expect(waiting.reason).toContain('refused to revise')
  await shop.store.decisions.returnTask(taskId, 'shorter', 'tester')
  await shop.drain({ stages: ['revise'] })
  const [draft, refused, again] = await shop.outputs(runId)
  expect([draft?.finish, refused?.finish, again?.finish]).toEqual(['complete', 'refused', 'complete'])
  expect(sent.at(-1)).toContain(JSON.stringify(draft?.text).slice(1, -1))
})

test('a refused revision takes no score from the draft, and what a person accepts is the draft', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'refuse' }, { kind: 'revise' }, 2)
  const { taskId, runId } = await shop.add({ brief: briefThat('score=60') })
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human', score: 60 })
  await shop.store.decisions.returnTask(taskId, 'shorter', 'tester')
  await shop.drain()
  // Returned, and refused again: both decisions are about the one text there is.
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human', score: 60 })
  await shop.store.decisions.approve(taskId, 'tester')
  const [draft, ...refused] = await shop.outputs(runId)
  expect(refused.map(({ finish }) => finish)).toEqual(['refused', 'refused'])
  expect(await shop.run(runId)).toMatchObject({ state: 'done', score: 60, outputId: draft?.id })
  const receipt = await shop.store.receipts.get(runId)
  expect(receipt?.core.decisions.map(({ kind, outputId }) => ({ kind, outputId }))).toEqual([
    { kind: 'return', outputId: draft?.id },
    { kind: 'approve', outputId: draft?.id },
  ])
})
