import type { Mail, SMTPSentMessageInfo, SMTPTransportOptions } from 'nodemailer'
import { redactor } from '../../kernel/redaction.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import { fromSmtp } from './failure.ts'

/** A mail server. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /** Encrypted from the first byte; where not, from STARTTLS on. */
  readonly isSecure: boolean
  /** Whether it may go on without STARTTLS. */
  readonly mayBePlain: boolean
  /** Empty where it asks for none. */
  readonly user: string
  readonly password: string
}

/** Who sends to whom, by the protocol. */
export interface Envelope {
  readonly from: string
  readonly to: readonly string[]
}

type Transport = Mail<SMTPSentMessageInfo, SMTPTransportOptions>

/**
 * A mail server behind nodemailer, which is loaded at the first call, and which opens the connections: SMTP is no HTTP,
 * so that they do not go by our fetch. Each method may throw `ServiceFailure`; what it says is without the password.
 */
export function smtpClient(server: SmtpServer, timeoutMs: number) {
  const redact = redactor([server.password, encodeURIComponent(server.password)])
  const use = async <T>(work: (transport: Transport) => Promise<T>): Promise<T> => {
    const transport = await transportTo(server, timeoutMs)
    try {
      return await work(transport)
    } catch (error) {
      throw error instanceof ServiceFailure ? error : fromSmtp(error, redact)
    } finally {
      transport.close()
    }
  }
  return {
    /** Gives back what the server answered. Taken for some and not for others, it is refused: the message says for whom. */
    send: async (raw: Buffer, { from, to }: Envelope): Promise<string> =>
      use(async transport => {
        const { accepted, rejected, response } = await transport.sendMail({
          raw,
          envelope: { from, to: [...to] },
        })
        if (rejected.length === 0) return redact(response)
        throw new ServiceFailure(`taken for ${accepted.join(', ')}, and refused for ${rejected.join(', ')}`, {
          errorClass: 'permanent',
          billed: 'no',
        })
      }),
    /** Signs in, and sends nothing. */
    verify: async (): Promise<void> => use(async transport => void (await transport.verify())),
  }
}

/** What is asked of a mail server. */
export type SmtpClient = ReturnType<typeof smtpClient>

async function transportTo(server: SmtpServer, timeoutMs: number): Promise<Transport> {
  const { createTransport } = await import('nodemailer')
  const { host, port, isSecure, mayBePlain, user, password } = server
  return createTransport({
    host,
    port,
    secure: isSecure,
    requireTLS: !isSecure && !mayBePlain,
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}
