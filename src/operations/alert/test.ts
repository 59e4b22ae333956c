import { NOTICE, type Notice } from '../../domain/notice.ts'
import { proof, type ProofFacts } from '../../domain/proof.ts'
import { proofState } from '../../figures/marks.ts'
import { SERVICES } from '../../integrations/index.ts'
import { document, facts, hint, words } from '../../kernel/document.ts'
import { asAppError, type AppError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { AlertChannel } from '../../roles/alert-channel.ts'
import { defineOperation } from '../define.ts'

/** Channels, and the secrets that set each of them up: none where it needs nothing. */
const CHANNELS = SERVICES.filter(({ effects }) => effects.some(({ kind }) => kind === NOTICE.kind)).map(
  ({ name, secrets }) => ({ name, secrets: Object.keys(secrets) }),
)

export const alertTest = defineOperation({
  path: ['alert', 'test'],
  summary: 'Send a test notice through every channel for alerts: proved or failed, each with its fix',
  input: {},
  needs: { alertChannels: 'required', store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async context => {
    const { dryRun, store, world, redact } = context
    const { ready, failed } = await context.alertChannels.open(context)
    const key = `${newId('alert', world)}/test`
    const told = await Promise.all(
      ready.map(async channel =>
        dryRun
          ? proof('not_proved', channel.service, 'would be sent a test notice')
          : tryOut(channel, testNotice(world.clock.now()), key, redact),
      ),
    )
    const unopened = failed.map(({ service, error }) => failure(service, error))
    const known = new Set([...told, ...unopened].map(({ subject }) => subject))
    const notSet = CHANNELS.filter(({ name }) => !known.has(name)).map(({ name, secrets }) =>
      proof('not_proved', name, 'it is not set up', `set ${secrets.join(' and ')}`),
    )
    if (!dryRun) {
      // What needs nothing to be set up is nothing that could be wrong later.
      const outside = [...told, ...unopened].filter(({ subject }) => needsSetUp(subject))
      for (const found of outside) await store.proofs.keep(found)
    }
    return { dryRun, channels: [...told, ...unopened, ...notSet] }
  },
  render: ({ channels }) =>
    document(
      facts(
        ...channels.map(({ outcome, subject, detail, fix }) => {
          const mend = fix === null ? '' : words`\nfix: ${hint(fix)}`
          return [proofState(outcome), words`${subject}: ${detail}${mend}`] as const
        }),
      ),
    ),
  outcome: ({ channels }) => (channels.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'ok'),
})

function needsSetUp(service: string): boolean {
  return CHANNELS.some(({ name, secrets }) => name === service && secrets.length > 0)
}

function testNotice(atMs: number): Notice {
  return {
    kind: NOTICE.kind,
    what: 'test',
    alertId: null,
    cause: 'test',
    severity: 'warning',
    message: 'alerts of EchoPilot arrive here',
    next: null,
    count: 1,
    openedMs: atMs,
    atMs,
  }
}

/** One that fails stops no other. */
async function tryOut(
  channel: AlertChannel,
  notice: Notice,
  key: string,
  redact: (text: string) => string,
): Promise<ProofFacts> {
  try {
    await channel.tell(notice, key)
    return proof('proved', channel.service, 'it took a test notice')
  } catch (thrown) {
    const found = failure(channel.service, asAppError(thrown))
    return { ...found, detail: redact(found.detail) }
  }
}

function failure(service: string, { message, hint: fix }: AppError): ProofFacts {
  return proof('failed', service, message, fix)
}
