import { defineService } from '../service.ts'
import { PING_SECRETS } from './secrets.ts'

/** A dead-man's switch for each job: healthchecks.io, and every server that takes pings as it does. */
export const pings = defineService({
  name: 'pings',
  settings: {},
  variables: {},
  secrets: PING_SECRETS,
  plays: ['jobWatch'],
  effects: [],
  open: async environment => (await import('./open.ts')).openPings(environment),
})
