/** The SMTP side, by the server of the npm package `smtp-server`: what is refused, what is lost, and what is kept. */
import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { Database } from '../lib/db.ts'
import { armedFaults, type ArmedFaults } from '../lib/fault.ts'
import { actBefore, breakageOf } from '../lib/fault-acts.ts'
import type { Mailbox } from '../lib/mailbox.ts'
import { rawHeader, readMime } from '../lib/mime.ts'
import { PASSWORD, USER } from './identity.ts'

/** A mail may have so much, as with many providers. */
const MOST_BYTES = 25 * 1_048_576

/** An SMTP server that is not open yet. */
export interface MailServer {
  /** Listens on 127.0.0.1; 0 for any free port. Rejects with the system's error. */
  listen(port: number): Promise<number>
  close(): Promise<void>
}

/** What a step of a delivery works with. */
interface Step {
  readonly faults: ArmedFaults
  readonly mails: Mailbox
  readonly closing: AbortController
  /** Cuts the connection of a session. */
  readonly cut: (session: SMTPServerSession) => void
}

/** Keeps what arrives in `mails`; faults are matched by the command as their method, and by the address as their path. */
export function mailServer(db: Database, mails: Mailbox): MailServer {
  const sockets = new Map<number, Socket>()
  const closing = new AbortController()
  const cut = ({ remotePort }: SMTPServerSession): void => void sockets.get(remotePort)?.destroy()
  const step: Step = { faults: armedFaults(db), mails, closing, cut }
  const server = serverOf(step)
  server.server.on('connection', socket => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.once('close', () => sockets.delete(port))
  })
  // A client that goes away in the midst of a mail is nothing to end for.
  server.on('error', () => undefined)
  return {
    listen: async port =>
      new Promise((resolve, reject) => {
        server.server.once('error', reject)
        server.listen(port, '127.0.0.1', () => resolve(portOf(server)))
      }),
    close: async () => {
      closing.abort()
      for (const socket of sockets.values()) socket.destroy()
      await new Promise<void>(resolve => server.close(resolve))
    },
  }
}

function portOf({ server }: SMTPServer): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function serverOf(step: Step): SMTPServer {
  return new SMTPServer({
    name: 'smtp.sandbox.example',
    banner: 'EchoPilot sandbox',
    logger: false,
    size: MOST_BYTES,
    disableReverseLookup: true,
    // Nothing leaves this machine: there is nothing to encrypt for.
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, session, answer) => {
      const isRight = username === USER && password === PASSWORD
      const work = (): null => {
        if (isRight) return null
        throw refusal(535, '5.7.8 Username and Password not accepted')
      }
      void taken(step, session, 'AUTH', username ?? '', work).then(error =>
        error === null ? answer(null, { user: USER }) : answer(error),
      )
    },
    onMailFrom: ({ address }, session, answer) =>
      void taken(step, session, 'MAIL', address, () => null).then(answer),
    onRcptTo: ({ address }, session, answer) =>
      void taken(step, session, 'RCPT', address, () => checkRecipient(address)).then(answer),
    onData: (stream, session, answer) =>
      void bodyOf(stream).then(async raw => {
        const work = (): null => keep(step.mails, session, raw, stream.sizeExceeded)
        const error = await taken(step, session, 'DATA', '', work)
        answer(error, 'Accepted')
      }),
  })
}

/**
 * Does the work of a command unless a fault says otherwise; the error to answer with, or null. Where nothing is to be
 * answered it never resolves.
 */
async function taken(
  { faults, closing, cut }: Step,
  session: SMTPServerSession,
  method: string,
  path: string,
  work: () => null,
): Promise<Error | null> {
  const fault = faults.take({ method, path, kind: 'smtp', model: undefined, body: '' })
  const never = new Promise<never>(() => undefined)
  const worded = (status: number) => ({ status, body: `sandbox fault ${String(status)}` })
  const before = await actBefore(fault, worded, closing).catch(() => null)
  if (before === null) return never
  if (before.type === 'reply') return refusal(before.reply.status, '4.3.0 a fault of the sandbox')
  if (before.type === 'silence') {
    if (before.cut) cut(session)
    return never
  }
  const error = outcomeOf(work)
  if (breakageOf(fault) === 'none') return error
  cut(session)
  return never
}

function outcomeOf(work: () => null): Error | null {
  try {
    return work()
  } catch (error) {
    return error instanceof Error ? error : refusal(451, '4.3.0 local error')
  }
}

/** An answer other than "done", with its code. */
function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

/** Nobody lives at `invalid.example`. */
function checkRecipient(address: string): null {
  if (!address.toLowerCase().endsWith('@invalid.example')) return null
  throw refusal(550, '5.1.1 The email account that you tried to reach does not exist')
}

async function bodyOf(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function keep(mails: Mailbox, { envelope }: SMTPServerSession, raw: Buffer, isTooLarge: boolean): null {
  if (isTooLarge) throw refusal(552, '5.3.4 Message size exceeds fixed limit')
  const messageId = rawHeader(readMime(raw), 'message-id') ?? ''
  mails.add({ messageId, to: envelope.rcptTo.map(({ address }) => address) }, raw)
  return null
}
