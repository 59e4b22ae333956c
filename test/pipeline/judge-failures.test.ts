import { expect, test } from 'vitest'
import { expectAtRest } from '../support/books.ts'
import { completionOf, scriptedModels, verdictText, type Said } from '../support/scripted-models.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const WORK = 'The workshop is open from Monday to Friday, 8:00 to 17:00, and closed on Sundays.'
const FREE = { models: { 'gpt-4o': { input_usd: 1, output_usd: 1 } } }

async function withJudge(judge: (number: number, body: Readonly<Record<string, unknown>>) => Said): Promise<{
  shop: Workshop
  works: () => number
}> {
  let works = 0
  const shop = await workshop({
    settings: FREE,
    fetch: scriptedModels(({ kind, number, body }) => {
      if (kind === 'verdict') return judge(number, body)
      works = number
      return { body: completionOf(WORK) }
    }),
  })
  return { shop, works: () => works }
}

const refusal = (message: string, code?: string): Said => ({
  status: 400,
  body: { error: { message, code } },
})

test('a judge that takes no bounds in a schema: Done, and the refusal is met once', async () => {
  let refused = 0
  const { shop } = await withJudge((_, body) => {
    if (!JSON.stringify(body['response_format']).includes('"minimum"'))
      return { body: completionOf(verdictText()) }
    refused += 1
    return refusal("output_format.schema: For 'integer' type, properties maximum, minimum are not supported")
  })
  const tasks = [await shop.add(), await shop.add()]
  await shop.drain({ concurrency: 1 })
  for (const { taskId, runId } of tasks) {
    expect(await shop.task(taskId)).toMatchObject({ state: 'done', score: 92 })
    expect((await shop.calls(runId)).map(call => call.certainty)).toEqual(['metered', 'metered'])
  }
  expect(refused).toBe(1)
})

test.each([
  ['refuses the text', () => refusal('Your request was flagged by our content policy')],
  ['refuses every form', () => refusal('Invalid argument')],
  ['takes no such length', () => refusal('maximum context length is 4096 tokens')],
])('a judge that %s: a person decides about the text, which is not bought again', async (_, judge) => {
  const { shop, works } = await withJudge(judge)
  const { taskId, runId } = await shop.add()
  await shop.drain()
  const task = await shop.task(taskId)
  expect(task).toMatchObject({ state: 'waiting_human', score: null, errorClass: null })
  expect(task.reason).toContain('not judged: ')
  expect((await shop.outputs(runId)).map(output => output.text)).toEqual([WORK])
  expect(works()).toBe(1)
  expect((await shop.store.decisions.approve(taskId, 'ana')).kind).toBe('decided')
  expect(await shop.task(taskId)).toMatchObject({ state: 'done' })
  expectAtRest(shop.storeFile)
})

test('a text that could not be judged may be returned, revised and judged', async () => {
  const { shop, works } = await withJudge(number =>
    number <= 4 ? refusal('Invalid argument') : { body: completionOf(verdictText()) },
  )
  const { taskId } = await shop.add()
  await shop.drain()
  expect((await shop.store.decisions.returnTask(taskId, 'shorter', 'ana')).kind).toBe('decided')
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'done', score: 92 })
  expect(works()).toBe(2)
})

test('a revision that is refused for good leaves the draft to a person, again and again', async () => {
  let works = 0
  const shop = await workshop({
    fetch: scriptedModels(({ kind }) => {
      if (kind === 'verdict') return { body: completionOf(verdictText()) }
      works += 1
      return works === 1 ? { body: completionOf(WORK) } : refusal('maximum context length is 4096 tokens')
    }),
    settings: { qa: { threshold: 99 } },
  })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human' })
  for (const note of ['shorter', 'much shorter']) {
    expect((await shop.store.decisions.returnTask(taskId, note, 'ana')).kind).toBe('decided')
    await shop.drain()
    expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human' })
  }
  expect((await shop.store.decisions.approve(taskId, 'ana')).kind).toBe('decided')
  const [output] = await shop.outputs(runId)
  expect(output).toMatchObject({ text: WORK, decision: { kind: 'approve' } })
  expectAtRest(shop.storeFile)
})

test('a judge whose attempts are used up leaves the text to a person', async () => {
  const { shop, works } = await withJudge(() => ({ status: 500, body: 'out of order' }))
  const { taskId } = await shop.add()
  for (let drains = 0; drains < 40 && (await shop.task(taskId)).state !== 'waiting_human'; drains += 1) {
    await shop.drain()
    await shop.clock.advance(3_600_000)
  }
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human' })
  expect(works()).toBe(1)
})

test('a server that could make no JSON: a try of the verdict, booked at its reservation', async () => {
  const { shop } = await withJudge(number =>
    number === 1
      ? refusal('Failed to generate JSON', 'json_validate_failed')
      : { body: completionOf(verdictText()) },
  )
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'done', score: 92 })
  const verdicts = (await shop.calls(runId)).filter(call => call.stage === 'judge')
  expect(verdicts.map(call => call.certainty).toSorted()).toEqual(['metered', 'unmetered'])
  const lost = verdicts.find(call => call.certainty === 'unmetered')
  expect(lost?.costNano).toBe(lost?.reservedNano)
})
