import { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { demoTasks, type DemoTask } from '../../src/commands/demo/tasks.ts'
import { cannedText } from '../../src/sandbox/openai/model/canned.ts'
import { generate, revise, say, total, verdictOf } from './support/prompts.ts'
import { testServer, type TestServer } from './support/server.ts'
import { isObjectList, parsed } from './support/wire.ts'

const THRESHOLD = 80

type Outcome = 'first' | 'revised' | 'human' | 'refused' | 'too-long' | 'empty'

const EXPECTED: Readonly<Record<string, Outcome>> = {
  'Clinic booking tools': 'first',
  'Spring newsletter': 'first',
  'Veggie box launch page': 'revised',
  'Stock list as JSON': 'first',
  'Brief zum Zählerwechsel': 'first',
  'Kitchen meeting minutes': 'first',
  'Five-star reviews': 'refused',
  'Hygienist onboarding': 'revised',
  'Market for heat pumps': 'human',
  'Working hours to a table': 'first',
  'Interview with a farmer': 'revised',
  'Untitled request': 'empty',
  'Reply to a late tenant': 'first',
  'Works meeting recording': 'too-long',
}

interface Result {
  readonly outcome: Outcome
  readonly scores: readonly number[]
  readonly draft: string
}

async function work({ openai }: TestServer, task: DemoTask): Promise<Result> {
  if (task.brief === '') return { outcome: 'empty', scores: [], draft: '' }
  const answer = await openai.chat.completions.create(generate(task.brief, task.type)).catch(tooLong)
  if (answer === 'too-long') return { outcome: answer, scores: [], draft: '' }
  const message = answer.choices[0]?.message
  if (typeof message?.refusal === 'string') return { outcome: 'refused', scores: [], draft: '' }
  const draft = message?.content ?? ''
  const first = await verdictOf(openai, task.brief, draft)
  if (total(first) >= THRESHOLD) return { outcome: 'first', scores: [total(first)], draft }
  const findings = first.findings.map(({ criterion, text }) => `- [${criterion}] ${text}`)
  const better = await say(openai, revise(task.brief, draft, findings, task.type))
  const second = await verdictOf(openai, task.brief, better)
  const scores = [total(first), total(second)]
  return { outcome: total(second) >= THRESHOLD ? 'revised' : 'human', scores, draft }
}

function tooLong(error: unknown): 'too-long' {
  if (error instanceof APIError && error.code === 'context_length_exceeded') return 'too-long'
  throw error
}

describe('the tasks of the demo', () => {
  test('end as their notes say, at any concurrency', async () => {
    const one = await testServer()
    const inOrder: Result[] = []
    for (const task of demoTasks()) inOrder.push(await work(one, task))
    const outcomes = Object.fromEntries(
      demoTasks().map(({ title }, index) => [title, inOrder[index]?.outcome]),
    )
    expect(outcomes).toEqual(EXPECTED)

    const other = await testServer()
    const atOnce = await Promise.all(
      demoTasks()
        .toReversed()
        .map(async task => work(other, task)),
    )
    expect(atOnce.toReversed()).toEqual(inOrder)
  })

  test('spread their scores as real work does', async () => {
    const server = await testServer()
    const results = await Promise.all(demoTasks().map(async task => work(server, task)))
    const firsts = results.flatMap(({ scores }) => scores.slice(0, 1))
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(60)
    expect(Math.max(...firsts)).toBeLessThanOrEqual(98)
    expect(new Set(firsts).size).toBeGreaterThanOrEqual(7)
  })

  test('cover all types, several clients and the awkward cases', () => {
    const tasks = demoTasks()
    expect(new Set(tasks.map(({ type }) => type)).size).toBe(5)
    expect(new Set(tasks.map(({ client }) => client)).size).toBeGreaterThanOrEqual(4)
    expect(new Set(tasks.map(({ title }) => title)).size).toBe(tasks.length)
    const long = tasks.find(({ title }) => EXPECTED[title] === 'too-long')
    expect(Buffer.byteLength(long?.brief ?? '')).toBeGreaterThan(600 * 1024)
  })

  test('have canned texts, but for those that are not written', () => {
    const without = demoTasks().filter(({ brief }) => cannedText(brief) === undefined)
    expect(without.map(({ title }) => EXPECTED[title])).toEqual(['refused', 'empty', 'too-long'])
  })

  test('JSON is JSON with the keys and values of the table', async () => {
    const { openai } = await testServer()
    const task = demoTasks().find(({ title }) => title === 'Stock list as JSON')
    const rows = parsed(await say(openai, generate(task?.brief ?? '', 'Data-transform')), isObjectList)
    expect(rows).toHaveLength(6)
    expect(rows[0]).toEqual({
      sku: 'TB-1001',
      product: 'Carrots, bunched',
      quantity: 140,
      unit: 'bunch',
      best_before: '2026-12-04',
    })
  })
})
