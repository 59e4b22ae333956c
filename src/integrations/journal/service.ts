import { NOTICE } from '../../domain/notice.ts'
import { defineService } from '../service.ts'

/** The program's own log as a channel for alerts: under systemd, the journal. It needs nothing to be set up. */
export const journal = defineService({
  name: 'journal',
  settings: {},
  variables: {},
  secrets: {},
  plays: [],
  effects: [NOTICE],
  open: async () => (await import('./open.ts')).openJournal(),
})
