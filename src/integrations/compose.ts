import { cutTo } from '../kernel/text.ts'
import { mailTag, type Correspondent, type Mail } from '../domain/mail.ts'

/** The header that names a mail where a service gives it a Message-ID of its own. */
export const TAG_HEADER = 'X-Echopilot-Mail'

/** What a mail is composed with. */
export interface Composing {
  readonly key: string
  /** Null where the service fills it in. */
  readonly from: Correspondent | null
  readonly atMs: number
}

/** Longer ones are cut off by most programs. */
const LONGEST_SUBJECT = 250

/**
 * The mail as it goes out, by RFC 5322, the same bytes for the same input. Names and subjects are made one line, so that
 * nothing in them becomes a header; nothing is read of files or addresses that a text names.
 */
export async function compose(mail: Mail, { key, from, atMs }: Composing): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const tag = mailTag(key)
  const composer = new MailComposer({
    ...(from === null ? {} : { from: named(from) }),
    to: mail.to.map(named),
    subject: cutTo(oneLine(mail.subject), LONGEST_SUBJECT),
    text: mail.text,
    ...(mail.html === null ? {} : { html: mail.html }),
    attachments: mail.files.map(({ name, type, base64 }) => ({
      filename: oneLine(name),
      contentType: type,
      content: Buffer.from(base64, 'base64'),
    })),
    date: new Date(atMs),
    messageId: `<${tag}@${domainOf(from)}>`,
    headers: { [TAG_HEADER]: tag },
    baseBoundary: tag,
    newline: '\r\n',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}

function named({ name, address }: Correspondent): { readonly name: string; readonly address: string } {
  return { name: oneLine(name ?? ''), address }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

/** Whose names it is made of. Some value is needed also where the service alone knows the sender. */
function domainOf(from: Correspondent | null): string {
  return from?.address.split('@').at(-1) ?? 'echopilot.localdomain'
}
