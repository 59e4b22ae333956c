import { expect, test } from 'vitest'
import { costNanoUsd } from '../../src/sandbox/openai/billing.ts'
import { generate, judge, say } from './support/prompts.ts'
import { testServer } from './support/server.ts'

/** US cents per million tokens, from the vendor's price list: a second, independent copy. */
const CENTS: Readonly<Record<string, readonly [input: number, cached: number, output: number]>> = {
  'gpt-4o': [250, 125, 1000],
  'gpt-4o-mini': [15, 7.5, 60],
  'gpt-6-luna': [10, 1, 50],
  'gpt-6.1-terra': [100, 5, 500],
  'gpt-6.1-sol': [200, 10, 1000],
}

const CENT_PER_MILLION_IN_NANO_USD = 10_000_000 / 1_000_000

test('every row costs what its tokens cost, and the totals are the sums', async () => {
  const { openai, ledger } = await testServer()
  const long = 'The bakery opens on 4 May and bread costs 4 euros. '.repeat(150)
  for (const model of Object.keys(CENTS)) {
    const plain = { ...generate(long), model }
    delete plain.temperature
    await say(openai, plain)
    await say(openai, plain)
    await say(openai, {
      ...judge('short', 'work'),
      model,
      ...(model.startsWith('gpt-6') ? { temperature: null } : {}),
    })
  }
  await say(openai, {
    model: 'gpt-6-luna',
    service_tier: 'flex',
    messages: [{ role: 'user', content: 'abc' }],
  })
  const { rows, totals } = await ledger()
  expect(rows).toHaveLength(16)
  expect(rows.filter(row => row.cached_tokens > 0)).toHaveLength(5)
  expect(rows.filter(row => row.reasoning_tokens > 0).length).toBe(10)
  for (const row of rows) {
    const [input, cached, output] = CENTS[row.model] ?? [0, 0, 0]
    const cents =
      (row.prompt_tokens - row.cached_tokens) * input +
      row.cached_tokens * cached +
      row.completion_tokens * output
    const exact = cents * CENT_PER_MILLION_IN_NANO_USD * (row.service_tier === 'flex' ? 0.5 : 1)
    expect(row.cost_nano_usd).toBe(Math.floor(exact + 0.5))
    expect(row.reasoning_tokens).toBeLessThanOrEqual(row.completion_tokens)
  }
  const sum = (pick: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((all, row) => all + pick(row), 0)
  expect(totals).toEqual({
    calls: 16,
    undelivered: 0,
    prompt_tokens: sum(row => row.prompt_tokens),
    cached_tokens: sum(row => row.cached_tokens),
    completion_tokens: sum(row => row.completion_tokens),
    reasoning_tokens: sum(row => row.reasoning_tokens),
    cost_nano_usd: sum(row => row.cost_nano_usd),
  })
})

test('what the SDK was told is what the ledger holds', async () => {
  const { openai, ledger } = await testServer()
  const told = await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      openai.chat.completions.create(generate(`Task ${String(index)}`)),
    ),
  )
  const { rows } = await ledger()
  const byId = new Map(rows.map(row => [row.id, row]))
  for (const { id, usage } of told) {
    expect(byId.get(id)).toMatchObject({
      prompt_tokens: usage?.prompt_tokens,
      completion_tokens: usage?.completion_tokens,
      delivered: true,
    })
  }
})

test('reset forgets calls, cache, marks and faults', async () => {
  const server = await testServer()
  const brief = `${'Bread costs 4 euros. '.repeat(300)}[sandbox:malformed-verdict-once]`
  const run = async (): Promise<readonly [string, number | undefined]> => {
    const { choices, usage } = await server.openai.chat.completions.create(judge(brief, 'work'))
    return [choices[0]?.message.content ?? '', usage?.prompt_tokens_details?.cached_tokens]
  }
  const first = await run()
  expect((await run())[1]).toBeGreaterThan(0)
  await server.arm({ action: { type: 'cut' } })
  expect((await fetch(`${server.url}/__sandbox/reset`, { method: 'POST' })).status).toBe(200)
  expect((await server.ledger()).rows).toEqual([])
  expect(await run()).toEqual(first)
})

test('the ledger outlives a restart', async () => {
  const first = await testServer()
  await say(first.openai, generate('Bread'))
  const before = await first.ledger()
  await first.server.close()
  expect(await (await testServer(first.databaseFile)).ledger()).toEqual(before)
})

test.each([
  [1, 0, 0, 499_999n, 0],
  [1, 0, 0, 500_000n, 1],
  [3, 0, 0, 500_000n, 2],
  [2, 1, 1, 400_000n, 1],
  [0, 0, 3, 166_666n, 0],
])(
  'costs are summed exactly and rounded once, half up: %i, %i, %i at %i',
  (prompt, cached, output, price, nano) => {
    const usage = {
      prompt_tokens: prompt,
      cached_tokens: cached,
      completion_tokens: output,
      reasoning_tokens: 0,
    }
    expect(costNanoUsd(usage, { input: price, cachedInput: price, output: price }, 'default')).toBe(nano)
    expect(
      costNanoUsd(usage, { input: price * 2n, cachedInput: price * 2n, output: price * 2n }, 'flex'),
    ).toBe(nano)
  },
)
