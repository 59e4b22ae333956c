import { NOTICE } from '../../domain/notice.ts'
import { defineService } from '../service.ts'

/** Any address that takes JSON, as a channel for alerts: those of Slack, Mattermost and the like, or one's own. */
export const webhook = defineService({
  name: 'webhook',
  settings: {},
  variables: {},
  secrets: { ALERT_WEBHOOK_URL: { meaning: 'address that alerts are sent to; without one they are logged' } },
  plays: [],
  effects: [NOTICE],
  open: async environment => (await import('./open.ts')).openWebhook(environment),
})
