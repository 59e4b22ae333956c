/** The SMTP stand-in: a mail server beside a page that shows what arrived. */
import { boardPage } from '../lib/board.ts'
import type { Database } from '../lib/db.ts'
import type { FaultPreset } from '../lib/fault.ts'
import { mailbox, mailList, mailRoutes, mailRow } from '../lib/mailbox.ts'
import type { Clock, Reply, RequestProblem, Service, ServiceDefinition } from '../lib/service.ts'
import { PASSWORD, USER } from './identity.ts'
import { mailServer } from './server.ts'

/** The SMTP stand-in. */
export const SMTP_SERVICE: ServiceDefinition = {
  name: 'smtp',
  title: 'SMTP',
  subtitle: 'A mail server that delivers to nobody, and shows what it took',
  bodyLimitBytes: 65_536,
  presets: presets(),
  open: openService,
}

function presets(): readonly FaultPreset[] {
  const at = (method: string, status: number): FaultPreset => ({
    label: `${method}: ${String(status)}`,
    fault: { match: { method }, action: { type: 'status', status } },
  })
  const lost = { match: { method: 'DATA' }, action: { type: 'lose-answer' } }
  return [
    { label: 'Mail taken, answer lost', fault: lost },
    at('AUTH', 535),
    at('RCPT', 450),
    at('RCPT', 550),
    at('DATA', 451),
    at('DATA', 554),
  ]
}

function openService(db: Database, now: Clock): Service {
  const mails = mailbox(db, now)
  const server = mailServer(db, mails)
  return {
    routes: [],
    own: [{ method: 'GET', path: '/', handle: board }, ...mailRoutes(mails)],
    refuse: () => undefined,
    problem,
    state: () => ({ mails: mails.all().length, user: USER, password: PASSWORD }),
    ledger: () => ({ rows: mails.all().toReversed().map(mailRow) }),
    figures: () => [{ value: mails.all().length, label: 'mails' }],
    beside: async port => server.listen(port),
    close: async () => server.close(),
  }

  function board(): Reply {
    const frame = {
      service: 'smtp',
      title: 'SMTP',
      subtitle: 'Mails that were taken',
      links: [],
      problem: '',
    }
    return boardPage({ ...frame, lists: [mailList('Mails', mails.all())] })
  }
}

function problem(found: RequestProblem): Reply {
  return { status: found.type === 'status' ? found.status : 404, body: 'only mails are taken here, by SMTP' }
}
