import { sha256 } from '../kernel/digest.ts'
import type { EffectBody, EffectKind } from './effect-kind.ts'

/** Somebody who gets or sends a mail. */
export interface Correspondent {
  readonly name: string | null
  readonly address: string
}

/** A file that goes with a mail. */
export interface MailFile {
  readonly name: string
  /** As `application/pdf`. */
  readonly type: string
  readonly base64: string
}

/** A mail, in no service's words. Names and texts may hold anything; addresses are checked by {@link whyNoMail}. */
export interface Mail {
  readonly to: readonly Correspondent[]
  readonly subject: string
  readonly text: string
  /** The same for readers of HTML; null where there is only the text. */
  readonly html: string | null
  readonly files: readonly MailFile[]
}

/** A mail as an effect. */
export interface MailEffect extends EffectBody, Mail {
  readonly kind: 'mail'
}

/** What a service declares that mails are sent by. */
export const MAIL: EffectKind<MailEffect> = {
  kind: 'mail',
  writes: 'mail',
  shape: {
    to: [{ name: 'text?', address: 'text' }],
    subject: 'text',
    text: 'text',
    html: 'text?',
    files: [{ name: 'text', type: 'text', base64: 'text' }],
  },
  isMerged: false,
  isInParts: false,
  placeOf: () => 'mailbox',
  stillToSay: body => body,
}

/** Whether an effect is one; it was read by its kind. */
export function isMail(body: EffectBody): body is MailEffect {
  return body.kind === MAIL.kind
}

/**
 * What names the mail of a key, for ever and to whoever reads its headers: its Message-ID begins with it. It tells
 * nothing of the key, which is ours.
 */
export function mailTag(key: string): string {
  return sha256(key).slice(0, 32)
}

/** Why it cannot be sent, in a few words; null where it can. */
export function whyNoMail({ to }: Pick<Mail, 'to'>): string | null {
  if (to.length === 0) return 'it goes to nobody'
  const wrong = to.find(({ address }) => !isAddress(address))
  return wrong === undefined ? null : `${JSON.stringify(wrong.address)} is no address of a mailbox`
}

/** Nothing that has a meaning in a header: what follows it would be read as another address. */
const ATOM = String.raw`[^\s\p{Cc}\p{Cf}<>()[\]\\,;:@"]+`
const ADDRESS = new RegExp(`^${ATOM}@${ATOM}$`, 'u')
/** RFC 5321, 4.5.3.1.3. */
const LONGEST_ADDRESS = 254

function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && ADDRESS.test(text) && !/\.\.|@\.|\.$/.test(text)
}

/** Whoever is named as `ana@example.com` or `Ana Muster <ana@example.com>`; null where nobody is. */
export function readCorrespondent(text: string): Correspondent | null {
  const [, name, address = ''] = /^(?:(.*?)\s*<(?=.*>$))?([^<>]*)>?$/.exec(text.trim()) ?? []
  if (!isAddress(address)) return null
  return { name: name === undefined || name === '' ? null : name, address }
}
