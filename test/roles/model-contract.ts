/** What a `Model` promises, whoever implements it. */
import { describe, expect, test } from 'vitest'
import type { Model } from '../../src/roles/model.ts'
import { failureOf, patience, REQUEST } from '../integrations/openai/support/service.ts'
import { toldOf, type Trouble } from './support/troubles.ts'

/** An implementer, with the service behind it. */
export interface ModelBench {
  readonly model: Model
  /** The credential in use: nothing may tell it. */
  readonly key: string
  /** Has this befall every request from now on. */
  readonly befall: (trouble: Trouble) => Promise<void>
  /** Requests for completions that were sent so far. */
  readonly sent: () => number
  /** Tokens that the service itself has on its books. */
  readonly metered: () => Promise<{ readonly inputTokens: number; readonly outputTokens: number }>
  /** A model of the service that knows no temperature; null where all do. */
  readonly withoutTemperature: string | null
}

const TOLD = toldOf({ errorClass: 'credential', billed: 'no' })

/** Checks it; `make` opens one on a service of its own for each test. */
export function describeModel(name: string, make: () => Promise<ModelBench>): void {
  describe(`the contract of a model: ${name}`, () => {
    test('one request is sent once, and told with the usage that the service metered', async () => {
      const bench = await make()
      const answer = await bench.model.complete(REQUEST, patience())
      expect(answer).toMatchObject({ finish: 'complete', endedBy: null, refusal: null, usageNote: null })
      expect(answer.text).not.toBe('')
      expect(answer.usage).toMatchObject(await bench.metered())
      const { inputTokens = 0, cachedTokens, outputTokens = 0, reasoningTokens } = answer.usage ?? {}
      expect(cachedTokens).toBeLessThanOrEqual(inputTokens)
      expect(reasoningTokens).toBeLessThanOrEqual(outputTokens)
      expect(bench.sent()).toBe(1)
    })

    test('a list of models costs nothing', async () => {
      const bench = await make()
      const models = await bench.model.listModels(patience())
      expect(models.map(({ id }) => id)).toContain(REQUEST.model)
      for (const { shutdownDate } of models) expect(shutdownDate ?? '2027-01-14').toMatch(/^\d{4}-\d\d-\d\d$/)
      expect([bench.sent(), await bench.metered()]).toEqual([0, { inputTokens: 0, outputTokens: 0 }])
    })

    test.each(TOLD)('%s is told as what it is, and nothing is sent again', async (trouble, told) => {
      const bench = await make()
      await bench.befall(trouble)
      const failure = await failureOf(bench.model.complete(REQUEST, patience()))
      expect(failure).toMatchObject({ retryAfterMs: null, ...told })
      expect(bench.sent()).toBe(1)
      expect(failure.message + String(failure.stack)).not.toContain(bench.key)
    })

    test.each(TOLD.filter(([trouble]) => trouble !== 'an answer of somebody else'))(
      '%s is told as what it is by a list of models too',
      async (trouble, told) => {
        const bench = await make()
        await bench.befall(trouble)
        expect(await failureOf(bench.model.listModels(patience()))).toMatchObject(told)
      },
    )

    test('an answer that is waited for is given up when told to: it may have been billed', async () => {
      const bench = await make()
      await bench.befall('silence')
      const stop = new AbortController()
      const failed = failureOf(bench.model.complete(REQUEST, stop.signal))
      await expect.poll(() => bench.sent(), { interval: 5 }).toBe(1)
      stop.abort()
      expect(await failed).toMatchObject({ errorClass: 'transient', billed: 'unknown' })
      expect(bench.sent()).toBe(1)
    })

    test('what the model does not know is left out, and that is the only request that is sent again', async ({
      skip,
    }) => {
      const bench = await make()
      const { withoutTemperature: model } = bench
      if (model === null) return skip('every model of this service knows all parts')
      expect(await bench.model.complete({ ...REQUEST, model }, patience())).toMatchObject({
        finish: 'complete',
      })
      expect(bench.sent()).toBe(2)
    })

    test('what it tells of itself holds nothing of the credential', async () => {
      const { model, key } = await make()
      expect(model.credential).toMatch(/./)
      expect(JSON.stringify(model)).not.toContain(key)
      expect(model.service).not.toMatch(/\s|^$/)
      expect(model.timeoutMs).toBeGreaterThan(0)
    })
  })
}
