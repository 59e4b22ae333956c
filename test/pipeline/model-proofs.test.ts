/** What `doctor` asks of models: as work asks, and nothing more once it is interrupted. */
import { expect, test } from 'vitest'
import { utcDay } from '../../src/domain/budget.ts'
import type { PaidProof } from '../../src/pipeline/proofs/call.ts'
import { modelProofs } from '../../src/pipeline/proofs/models.ts'
import { completionOf, scriptedModels, type Asked } from '../support/scripted-models.ts'
import { workshop, type Worker } from '../support/workshop.ts'

const READY = { body: completionOf('{"word": "ready", "sum": 5}') }

async function prove({ context }: Worker): Promise<PaidProof[]> {
  const { settings, models, store, world, stop } = context
  return modelProofs({
    world,
    stop,
    calling: call => context.calling(call),
    unpaid: null,
    store: { ok: true, value: store },
    settings: { ok: true, value: { settings, path: '', fileExists: false, origins: {} } },
    models: { ok: true, value: models },
  })
}

function callsIn(proofs: readonly PaidProof[]): PaidProof[] {
  return proofs.filter(({ subject }) => subject.startsWith('call of '))
}

test('a model of one type of task is asked as that type asks it', async () => {
  const asked: Asked[] = []
  const shop = await workshop({
    settings: { types: { Research: { model: 'qwen3:8b', temperature: 0.1, max_output_tokens: 300 } } },
    fetch: scriptedModels(each => {
      asked.push(each)
      return READY
    }),
  })
  expect(callsIn(await prove(shop)).map(({ subject }) => subject)).toEqual([
    'call of qwen3:8b',
    'call of gpt-4o',
    'call of gpt-4o-mini',
  ])
  const ofType = asked.find(({ body }) => body['model'] === 'qwen3:8b')?.body
  // A local server knows the old name of the limit only: by the other one it would write without end.
  expect(ofType).toMatchObject({ temperature: 0.1, max_tokens: 300 })
})

test('interrupted, it proves nothing of what it had not heard of, and books no call that it did not make', async () => {
  let interrupt = (): void => undefined
  const sent: unknown[] = []
  const shop = await workshop({
    fetch: scriptedModels(({ body }) => {
      sent.push(body['model'])
      interrupt()
      throw new DOMException('This operation was aborted', 'AbortError')
    }),
  })
  interrupt = () => shop.interrupt()
  const found = await prove(shop)
  expect(sent).toEqual(['gpt-4o'])
  expect(callsIn(found)).toMatchObject([
    { subject: 'call of gpt-4o', outcome: 'not_proved' },
    { subject: 'call of gpt-4o-mini', outcome: 'not_proved', detail: 'not asked: interrupted' },
  ])
  // The call that was under way may have been billed.
  expect(found.reduce((sum, { costNano = 0 }) => sum + costNano, 0)).toBeGreaterThan(0)
  const day = utcDay(shop.clock.now())
  expect(await shop.store.ledger.summary(day, day)).toMatchObject({ calls: 1 })
})

test('one model behind two keys is two findings: what one key is refused is not hidden by the other', async () => {
  const shop = await workshop({
    settings: { judge: { model: 'gpt-4o' } },
    judgeKey: 'sk-of-the-judge',
    fetch: scriptedModels(({ number }) =>
      number === 1 ? { status: 401, body: { error: { message: 'no such key' } } } : READY,
    ),
  })
  const proofs = await prove(shop)
  const kept = (await shop.store.proofs.save(proofs)).map(({ subject, outcome }) => [subject, outcome])
  expect(kept).toContainEqual(['call of gpt-4o', 'failed'])
  expect(kept).toContainEqual(['call of judge gpt-4o', 'proved'])
  expect(kept.filter(([subject]) => subject === 'model gpt-4o' || subject === 'judge gpt-4o')).toHaveLength(2)
})
