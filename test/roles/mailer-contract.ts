/** What a `Mailer` promises, whoever implements it, and its deliverer on top of it. */
import { describe, expect, test } from 'vitest'
import type { Mail } from '../../src/domain/mail.ts'
import { mailDeliverer } from '../../src/outbox/mail-deliverer.ts'
import type { Deliverer, Delivery } from '../../src/outbox/deliverer.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import type { Mailer } from '../../src/roles/mailer.ts'
import type { ServiceCall } from '../../src/roles/task-source.ts'
import type { Effect } from '../../src/store/effect-rows.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { fakeClock, type FakeClock } from '../support/fake-clock.ts'
import type { Trouble } from './support/troubles.ts'

/** A mail as it arrived. */
export interface Arrived {
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string | null
  readonly html: string | null
  readonly files: readonly { readonly name: string; readonly bytes: number }[]
}

/** An implementer, with what is behind it. */
export interface MailerBench {
  readonly mailer: Mailer
  /** Whether it can tell what was sent. */
  readonly looksUp: boolean
  readonly arrived: () => Promise<readonly Arrived[]>
  /** Has this befall every mail from now on. */
  readonly befall: (trouble: Trouble) => Promise<void>
  readonly mend: () => Promise<void>
}

const KEY = 'run_1/mail/1'
const SINCE = Date.UTC(2020, 0)

/** A call that logs nothing. */
export function aCall(dryRun = false): ServiceCall {
  const silent = (): void => undefined
  return {
    actor: 'tester',
    world: { clock: realClock(), random: realRandom() },
    log: { error: silent, warn: silent, info: silent, debug: silent, tell: silent },
    stop: new AbortController().signal,
    dryRun,
    progress: silent,
  }
}

/** A mail to one client. */
export function aMail(changes: Partial<Mail> = {}): Mail {
  return {
    to: [{ name: 'Max Mustermann', address: 'max@client.example' }],
    subject: 'Über Brot',
    text: 'Brot & mehr “für jetzt”',
    html: '<p>Brot &amp; mehr</p>',
    files: [],
    ...changes,
  }
}

/** The deliverer of a mailer that is open already. */
function delivererOf(mailer: Mailer, clock: FakeClock): Deliverer {
  return mailDeliverer({ service: 'x', mailer: async () => mailer }, aCall(), { clock })
}

function anEffect(changes: Partial<Effect> = {}): Effect {
  return {
    id: 'eff_1',
    seq: 1,
    key: KEY,
    subject: { kind: 'run', id: 'run_1' },
    runId: 'run_1',
    service: 'x',
    kind: 'mail',
    target: 'mail:run_1',
    place: 'mailbox',
    body: { kind: 'mail', ...aMail() },
    state: 'pending',
    cause: null,
    tries: 1,
    uncertain: false,
    lookedUpMs: null,
    notBeforeMs: 0,
    owner: null,
    claimNo: 1,
    error: null,
    createdMs: SINCE,
    endedMs: null,
    ...changes,
  }
}

/** After these nobody knows whether it was sent. */
const UNKNOWN: readonly Trouble[] = [
  'an answer that is lost',
  'an answer that breaks off',
  'a cut before the effect',
]

/** Refused before anything was sent, or answered by nobody who could have sent it. */
const TOLD: readonly [Trouble, object][] = [
  ['a credential that is not accepted', { errorClass: 'credential', billed: 'no' }],
  ['a right that is lacking', { errorClass: 'credential', billed: 'no' }],
  ['too many requests, for 70 s', { errorClass: 'throttled', billed: 'no', retryAfterMs: 70_000 }],
  ['an error of its own', { errorClass: 'transient' }],
  ['an error of a gateway', { errorClass: 'transient', billed: 'unknown' }],
  ['an answer of somebody else', { errorClass: 'transient', billed: 'unknown' }],
  ['a thing that is not there', { errorClass: 'permanent', billed: 'no' }],
]

/**
 * Checks it; `make` opens one on a service of its own for each test, and `troubles` are those that can befall it: others
 * have no like there.
 */
export function describeMailer(
  name: string,
  troubles: readonly Trouble[],
  make: () => Promise<MailerBench>,
): void {
  describe(`the contract of a mailer: ${name}`, () => {
    test('a mail arrives whole, with text, HTML and files', async () => {
      const { mailer, arrived } = await make()
      const file = { name: 'Rechnung – Größe.pdf', type: 'application/pdf', base64: 'AP8K' }
      expect(await mailer.send(aMail({ files: [file] }), KEY)).not.toBe('')
      expect(await arrived()).toEqual([
        {
          messageId: textLike(/^<[\da-f]{32}@[\w.]+>$/),
          to: 'Max Mustermann <max@client.example>',
          subject: 'Über Brot',
          text: 'Brot & mehr “für jetzt”',
          html: '<p>Brot &amp; mehr</p>',
          files: [{ name: 'Rechnung – Größe.pdf', bytes: 3 }],
        },
      ])
    })

    test.each([
      ['a line break', 'Max\r\nBcc: evil@x.example', '"Max Bcc: evil@x.example" <max@client.example>'],
      ['a comma and a quote', 'Muster, "Max"', '"Muster, \\"Max\\"" <max@client.example>'],
      ['emoji and letters from right to left', '👩‍👩‍👧 مرحبا', '👩‍👩‍👧 مرحبا <max@client.example>'],
    ])('a name with %s stays a name', async (_, given, shown) => {
      const { mailer, arrived } = await make()
      const to = [{ name: given, address: 'max@client.example' }]
      await mailer.send(aMail({ to, subject: given }), KEY)
      const [mail, ...more] = await arrived()
      expect(more).toEqual([])
      expect(mail?.to).toBe(shown)
      expect(mail?.subject).toBe(given.replaceAll(/\s+/g, ' '))
    })

    test('a subject of 10 kB, and a text of any bytes, break nothing', async () => {
      const { mailer, arrived } = await make()
      const text = `.\n.dots\nFrom here\n${'x'.repeat(3000)}\n`
      await mailer.send(aMail({ subject: 'ä'.repeat(5000), text, html: null }), KEY)
      const [mail] = await arrived()
      expect(mail?.subject).toBe(`${'ä'.repeat(249)}…`)
      expect(mail?.text?.replaceAll('\r\n', '\n').trimEnd()).toBe(text.trimEnd())
    })

    test('the Message-ID is that of the key', async () => {
      const { mailer, arrived } = await make()
      await mailer.send(aMail(), KEY)
      await mailer.send(aMail({ subject: 'other' }), 'run_2/mail/1')
      const ids = (await arrived()).map(({ messageId }) => messageId)
      expect(new Set(ids).size).toBe(2)
      expect(ids.join(' ')).not.toContain('run_')
    })

    test('a mail is found by its key, and only where it was sent', async () => {
      const { mailer, looksUp } = await make()
      await mailer.send(aMail(), 'run_2/mail/1')
      const before = await mailer.find(KEY, SINCE)
      const id = await mailer.send(aMail(), KEY)
      await mailer.send(aMail(), 'run_3/mail/1')
      const after = await mailer.find(KEY, SINCE)
      expect([before, after]).toEqual(
        looksUp
          ? [{ kind: 'not there' }, { kind: 'found', id }]
          : [{ kind: 'cannot tell' }, { kind: 'cannot tell' }],
      )
    })

    test.each(UNKNOWN.filter(trouble => troubles.includes(trouble)))(
      '%s: delivered in the end, once where it can tell, and else under one Message-ID',
      async trouble => {
        const { mailer, looksUp, arrived, befall, mend } = await make()
        const clock = fakeClock()
        const deliver = async (changes: Partial<Effect>): Promise<Delivery> =>
          delivererOf(mailer, clock).deliver(anEffect(changes), [])
        await befall(trouble)
        expect(await failureOf(deliver({}))).toMatchObject({ errorClass: 'transient', billed: 'unknown' })
        await mend()
        let delivery = await deliver({ uncertain: true })
        if (delivery.kind === 'unfound') {
          const lookedUpMs = clock.now()
          await clock.advance(10_000)
          delivery = await deliver({ uncertain: true, lookedUpMs })
        }
        expect(delivery).toMatchObject({ kind: 'done', thing: { key: KEY } })
        const mails = await arrived()
        expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1)
        // Where it cannot tell, the first one may have arrived too.
        expect(mails.length).toBeLessThanOrEqual(looksUp ? 1 : 2)
      },
    )

    test.each(TOLD.filter(([trouble]) => troubles.includes(trouble)))(
      '%s is told as what it is',
      async (trouble, told) => {
        const { mailer, befall, mend, arrived } = await make()
        await befall(trouble)
        expect(await failureOf(mailer.send(aMail(), KEY))).toMatchObject(told)
        expect(await arrived()).toEqual([])
        await mend()
      },
    )

    test.each([
      ['to nobody', []],
      ['to two in one address', [{ name: null, address: 'a@x.example,b@x.example' }]],
      ['with a line break in an address', [{ name: null, address: 'a@x.example\r\nBcc: b@x.example' }]],
      ['to no address', [{ name: 'Max', address: 'Max' }]],
    ])('a mail %s is never sent', async (_, to) => {
      const { mailer, arrived } = await make()
      const body = { kind: 'mail', ...aMail({ to }) }
      const delivery = await delivererOf(mailer, fakeClock()).deliver(anEffect({ body }), [])
      expect(delivery.kind).toBe('impossible')
      expect(await arrived()).toEqual([])
    })
  })
}
