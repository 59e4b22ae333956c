import type { Severity } from '../../domain/alerts.ts'
import type { Notice } from '../../domain/notice.ts'
import type { Log, LogLevel } from '../../kernel/log.ts'
import { noticeDeliverer } from '../../outbox/deliverer.ts'
import type { AlertChannel } from '../../roles/alert-channel.ts'
import type { OpenService } from '../service.ts'

/** Opens it: there is nothing to connect to. */
export function openJournal(): OpenService {
  return {
    roles: {},
    alertChannel: ({ log }) => journalChannel(log),
    deliverer: async ({ log }) => noticeDeliverer(journalChannel(log)),
  }
}

/** Writes one line, with the priority by which `journalctl -p` finds it, to the log of the call that delivers. */
function journalChannel(log: Log): AlertChannel {
  return {
    service: 'journal',
    tell: async (notice, key) => {
      const { what, alertId, cause, message, next, count } = notice
      const things = count > 1 ? count : null
      log.tell(levelOf(notice), SAYS[what], { error: message, things, alert: alertId, cause, next, key })
    },
  }
}

/** A log line says the same words each time; what it is about stands in its fields. */
const SAYS = {
  opened: 'alert opened',
  worsened: 'alert became graver',
  repeated: 'alert still open',
  resolved: 'alert resolved',
  test: 'test of alerts',
} as const satisfies Record<Notice['what'], string>

const LEVELS = { critical: 'critical', warning: 'warn' } as const satisfies Record<Severity, LogLevel>

function levelOf({ what, severity }: Notice): LogLevel {
  return what === 'resolved' || what === 'test' ? 'notice' : LEVELS[severity]
}
