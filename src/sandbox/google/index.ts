/**
 * The Google stand-in: the OAuth server, Gmail and Drive below one address, as far as mails are sent and files are kept;
 * other methods and parameters are unknown to it. The person has pages (`consent.ts`, `board.ts`); a fault can disturb
 * calls and uploads.
 */
import type { Database } from '../lib/db.ts'
import { mailRoutes, mailRow } from '../lib/mailbox.ts'
import type { FaultPreset } from '../lib/fault.ts'
import type { Clock, Facets, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { openAccount } from './account.ts'
import { boardRoutes } from './board.ts'
import { consentRoutes } from './consent.ts'
import { driveRoutes } from './drive.ts'
import { errorReply, problemReply } from './errors.ts'
import { openDrive, usedBytes } from './files.ts'
import { gmailRoutes } from './gmail.ts'
import { handRoutes } from './hand.ts'
import { oauthRoutes, refuse } from './oauth.ts'
import { CONTENT_SCHEMA } from './uploads.ts'

/** Mails may have 35 MiB; parts of an upload are smaller. */
const MOST_BODY_BYTES = 64 * 1_048_576

const RATE_LIMIT = errorReply(403, {
  message: 'User Rate Limit Exceeded',
  reason: 'userRateLimitExceeded',
  domain: 'usageLimits',
}).body

/** The Google stand-in. */
export const GOOGLE_SERVICE: ServiceDefinition = {
  name: 'google',
  title: 'Google',
  subtitle: 'Sign-in, Gmail (sending) and Drive (files of one application)',
  schema: CONTENT_SCHEMA,
  bodyLimitBytes: MOST_BODY_BYTES,
  faultTypes: ['half-part'],
  presets: presets(),
  open: openService,
}

function presets(): readonly FaultPreset[] {
  const sends = { method: 'POST', path: '/gmail/v1/users/me/messages/send' }
  const puts = { method: 'PUT' }
  return [
    { label: 'Mail sent, answer lost', fault: { match: sends, action: { type: 'lose-answer' } } },
    {
      label: '403 rate limit of the user',
      fault: { action: { type: 'status', status: 403, body: RATE_LIMIT } },
    },
    { label: 'Upload cut before a part', fault: { match: puts, action: { type: 'cut' } } },
    { label: 'Upload: half of a part is kept', fault: { match: puts, action: { type: 'half-part' } } },
    { label: 'Upload: part kept, answer lost', fault: { match: puts, action: { type: 'lose-answer' } } },
  ]
}

function openService(db: Database, clock: Clock): Service {
  const account = openAccount(db, clock)
  const drive = openDrive(db)
  const { mails } = account
  return {
    routes: [...oauthRoutes(account), ...gmailRoutes(account), ...driveRoutes(account, drive)],
    own: [
      ...boardRoutes(account, drive),
      ...consentRoutes(account),
      ...mailRoutes(mails),
      ...handRoutes(account),
    ],
    refuse: request => refuse(account, request),
    problem: problemReply,
    facets,
    state: () => ({
      mails: mails.all().length,
      files: drive.files.list().map(([, file]) => file),
      ways: account.ways(),
      now: new Date(account.now()),
    }),
    ledger: () => ({ rows: mails.all().toReversed().map(mailRow) }),
    figures: () => [
      { value: mails.all().length, label: 'mails sent' },
      { value: drive.files.list().length, label: 'files and folders' },
      { value: usedBytes(drive), label: 'bytes in files' },
    ],
    reset: () => drive.contents.clear(),
  }
}

/** The kind of a call is the API it is of. */
function facets({ path }: SandboxRequest): Facets {
  const [, kind] = /^(?:\/upload)?\/(gmail|drive)\//.exec(path) ?? []
  return { kind: kind ?? 'oauth' }
}
