/** What a service says of its own answers: figures, the model, the end, and how much it read. */
import { expect, test } from 'vitest'
import { CATALOG_VERSION } from '../../src/domain/model-catalog.ts'
import { receiptParts } from '../../src/figures/receipt.ts'
import { document } from '../../src/kernel/document.ts'
import { expectAtRest } from '../support/books.ts'
import { bodyOf } from '../support/held-fetch.ts'
import { plainText } from '../support/plain.ts'
import { briefThat } from '../support/tasks.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

type Parts = Readonly<Record<string, unknown>>

/** The sandbox behind a gateway that changes its answers: to all calls, or to those of one stage. */
function gateway(
  changed: (completion: Parts) => Parts,
  stage: 'judge' | null = null,
): typeof globalThis.fetch {
  return async (input, init) => {
    const answer = await fetch(input, init)
    const isJudge = bodyOf(init).includes('"response_format"')
    if (stage === 'judge' && !isJudge) return answer
    const said: unknown = await answer.json()
    if (typeof said !== 'object' || said === null) throw new Error('not a completion')
    return Response.json(changed({ ...said }), { status: answer.status })
  }
}

async function explained(shop: Workshop, runId: string): Promise<string> {
  const receipt = await shop.store.receipts.get(runId)
  if (receipt === null) throw new Error('no receipt')
  return plainText(document(receiptParts({ ...receipt, effects: [], timeline: [] }, runId)))
}

test('thinking that only the total counts is booked as output, and the receipt says so', async () => {
  const usage = { prompt_tokens: 120, completion_tokens: 200, total_tokens: 1_320 }
  const shop = await workshop({ fetch: gateway(answer => ({ ...answer, usage })) })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('done')
  // At 2.50 and 10, and at 0.15 and 0.60 dollars a million: 120 in, 1,200 out.
  const costs = (await shop.calls(runId)).map(({ stage, costNano, certainty }) => [
    stage,
    costNano,
    certainty,
  ])
  expect(costs).toEqual([
    ['generate', 12_300_000, 'metered'],
    ['judge', 738_000, 'metered'],
  ])
  expect(await explained(shop, runId)).toContain('a total of 1320 where 120 in and 200 out make less')
  expectAtRest(shop.storeFile)
})

test('the model that answered sets the price, and the receipt names both', async () => {
  const usage = { prompt_tokens: 1_000, completion_tokens: 1_000, total_tokens: 2_000 }
  const model = 'gpt-4o-2024-08-06'
  const shop = await workshop({
    settings: { generate: { model: 'gpt-4o-mini' } },
    fetch: gateway(answer => ({ ...answer, usage, model })),
  })
  const { runId } = await shop.add()
  await shop.drain()
  const receipt = await shop.store.receipts.get(runId)
  expect(receipt?.core.totals).toMatchObject({ costNano: 25_000_000, uncertainNano: 0, unpricedNano: 0 })
  expect(receipt?.core.calls).toMatchObject([
    { model: 'gpt-4o-mini', answeredModel: model, priceVersion: `${CATALOG_VERSION}/gpt-4o/standard` },
    { model: 'gpt-4o-mini', answeredModel: model },
  ])
  expect(await explained(shop, runId)).toContain(`generate, gpt-4o-mini, answered by ${model}`)
  expectAtRest(shop.storeFile)
})

test('a stranger that answered is booked at the dearest known price, flagged', async () => {
  const shop = await workshop({ fetch: gateway(answer => ({ ...answer, model: 'stranger' }), 'judge') })
  const { runId } = await shop.add()
  await shop.drain()
  const [draft, verdict] = await shop.calls(runId)
  expect(draft?.priceBasis).toBe('table')
  expect(verdict).toMatchObject({ model: 'gpt-4o-mini', answeredModel: 'stranger', priceBasis: 'unpriced' })
  expect(await explained(shop, runId)).toContain('no known price')
  expect((await shop.store.receipts.get(runId))?.core.totals.unpricedNano).toBe(verdict?.costNano)
})

test('an answer dearer than its reservation is booked in full, and the cap then holds', async () => {
  const usage = { prompt_tokens: 1_000, completion_tokens: 4_000, total_tokens: 5_000 }
  const shop = await workshop({
    settings: { generate: { model: 'gpt-4o-mini' }, budget: { task_usd: 0.03 } },
    fetch: gateway(answer => ({ ...answer, usage, model: 'gpt-4o' })),
  })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  const [draft, ...more] = await shop.calls(runId)
  expect(draft?.costNano).toBe(42_500_000)
  expect(draft?.costNano).toBeGreaterThan(draft?.reservedNano ?? Infinity)
  expect(more).toEqual([])
  expect(await shop.task(taskId)).toMatchObject({ state: 'held', costNano: 42_500_000 })
  expectAtRest(shop.storeFile)
})

test.each([
  ['2^53 tokens', { prompt_tokens: 10, completion_tokens: 2 ** 53 }],
  ['fewer than none', { prompt_tokens: 10, completion_tokens: -4 }],
  ['a text', { prompt_tokens: '10', completion_tokens: 4 }],
])('a usage of %s is booked at the reservation, as uncertain, and said', async (_what, usage) => {
  const shop = await workshop({ fetch: gateway(answer => ({ ...answer, usage }), 'judge') })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('done')
  const verdict = (await shop.calls(runId)).find(call => call.stage === 'judge')
  expect(verdict).toMatchObject({ certainty: 'unmetered', usage: null })
  expect(verdict?.costNano).toBe(verdict?.reservedNano)
  expect(await explained(shop, runId)).toContain('is not a possible number')
  expectAtRest(shop.storeFile)
})

function ending(word: unknown): (completion: Parts) => Parts {
  return answer => {
    const choices: readonly unknown[] = Array.isArray(answer['choices']) ? answer['choices'] : []
    return { ...answer, choices: choices.map(choice => Object.assign({}, choice, { finish_reason: word })) }
  }
}

test.each([
  ['max_tokens', 'cut off at the length limit'],
  ['MAX_TOKENS', 'cut off at the length limit'],
  ['tired', 'ended the text with "tired"'],
])('a text that ended with %s is never done by itself', async (word, finding) => {
  const shop = await workshop({ fetch: gateway(ending(word)) })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect((await shop.outputs(runId)).map(output => output.finish)).toEqual(['truncated', 'truncated'])
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human' })
  expect((await shop.task(taskId)).reason).toContain(finding)
})

test('a verdict that ended so is none', async () => {
  const shop = await workshop({ fetch: gateway(ending('tired'), 'judge') })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('waiting_human')
  const [output] = await shop.outputs(runId)
  expect(output?.judgements.map(judgement => judgement.score)).toEqual([null, null, null])
})

const LONG_BRIEF = `${briefThat('score=95')}\n${'One more row: a customer, a visit and a wish. '.repeat(300)}`

function reading(tokens: number): (completion: Parts) => Parts {
  return answer => ({
    ...answer,
    usage: { prompt_tokens: tokens, completion_tokens: 200, total_tokens: tokens + 200 },
  })
}

test('a draft of a prompt that was cut silently waits for a person, with its text, and nothing more is bought', async () => {
  const shop = await workshop({ fetch: gateway(reading(2_050)) })
  const { taskId, runId } = await shop.add({ brief: LONG_BRIEF })
  await shop.drain()
  const task = await shop.task(taskId)
  expect(task.state).toBe('waiting_human')
  expect(task.reason).toContain('num_ctx')
  expect(await shop.calls(runId)).toHaveLength(1)
  const [output] = await shop.outputs(runId)
  expect(output).toMatchObject({ finish: 'complete', checkFindings: [{ source: 'prompt_cut' }] })
  expect(output?.text).not.toBe('')
  await shop.store.decisions.approve(taskId, 'tester')
  expect((await shop.task(taskId)).state).toBe('done')
})

test('a verdict on a prompt that was cut silently is none, and is bought once', async () => {
  const shop = await workshop({ fetch: gateway(reading(2_050), 'judge') })
  const { taskId, runId } = await shop.add({ brief: LONG_BRIEF })
  await shop.drain()
  const task = await shop.task(taskId)
  expect(task).toMatchObject({ state: 'waiting_human', score: null })
  expect(task.reason).toContain('OLLAMA_CONTEXT_LENGTH')
  expect((await shop.calls(runId)).map(call => call.stage)).toEqual(['generate', 'judge'])
  const [output] = await shop.outputs(runId)
  expect(output?.judgements).toMatchObject([{ score: null, findings: [{ source: 'prompt_cut' }] }])
  expectAtRest(shop.storeFile)
})

test('a long prompt that was read whole is judged and done', async () => {
  const shop = await workshop()
  const { taskId } = await shop.add({ brief: LONG_BRIEF })
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('done')
})
