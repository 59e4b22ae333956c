import { urlField, withDefault } from '../../../src/kernel/field.ts'
import { defineService } from '../../../src/integrations/service.ts'

/** A bell that is rung over HTTP: the smallest service there can be. */
export const toy = defineService({
  name: 'toy',
  settings: { url: withDefault(urlField('where the bell is'), 'https://bell.example') },
  variables: {},
  secrets: { TOY_KEY: { meaning: 'lets us ring the bell' } },
  plays: [],
  effects: [
    {
      kind: 'ring',
      writes: 'a ring of the bell',
      shape: { times: 'number' },
      isMerged: false,
      isInParts: false,
      placeOf: () => 'bell',
      stillToSay: body => body,
    },
  ],
  open: async ({ own, world, secret }) => {
    const ask = async (method: string, body: string | null): Promise<number> => {
      const headers = { 'x-key': secret('TOY_KEY') ?? '' }
      return (await world.fetch(own.url, { method, body, headers })).status
    }
    return {
      roles: {},
      proofs: async () => {
        const status = await ask('GET', null)
        const outcome = status === 200 ? 'proved' : 'failed'
        return [{ subject: 'toy bell', outcome, detail: `it answered ${status}`, fix: null }]
      },
      deliverer: async () => ({
        service: 'toy',
        hasRoom: async () => true,
        deliver: async ({ body }) => {
          const status = await ask('POST', JSON.stringify(body))
          return status === 200
            ? { kind: 'done', thing: null }
            : { kind: 'impossible', why: `it answered ${status}` }
        },
        whyAway: async () => null,
      }),
    }
  },
})
