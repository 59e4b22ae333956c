import { readCorrespondent, type Correspondent } from '../../domain/mail.ts'
import { proof } from '../../domain/proof.ts'
import { AppError } from '../../kernel/errors.ts'
import { plainHttpFault } from '../../kernel/http/plain-http.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import { mailDeliverer } from '../../outbox/mail-deliverer.ts'
import type { Mailer, Mailers } from '../../roles/mailer.ts'
import type { NewProof } from '../../store/proofs.ts'
import { compose } from '../compose.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { smtpClient, type SmtpClient, type SmtpServer } from './client.ts'

type Environment = ServiceEnvironment<{ readonly timeout_seconds: number }, 'SMTP_URL'>

/**
 * Connects to nothing until a mail is sent. Without an address other services send mails.
 * @throws AppError `config` for what is no address of a mail server, and where nobody is named whom mails are from
 */
export async function openSmtp({ own, core, secret, world }: Environment): Promise<OpenService> {
  const address = secret('SMTP_URL')
  if (address === null) return WITHOUT_ADDRESS
  const server = readServer(address, core.allow_http_hosts)
  const from = senderOf(core.mail.from, server)
  const api = smtpClient(server, own.timeout_seconds * 1000)
  const mailer: Mailer = {
    service: 'smtp',
    send: async (mail, key) => {
      const raw = await compose(mail, { key, from, atMs: world.clock.now() })
      return api.send(raw, { from: from.address, to: mail.to.map(to => to.address) })
    },
    // By SMTP nothing can be asked of what was taken.
    find: async () => ({ kind: 'cannot tell' }),
  }
  const mailers: Mailers = { service: 'smtp', mailer: async () => mailer }
  return {
    roles: { mailer: mailers },
    deliverer: async call => mailDeliverer(mailers, call, world),
    proofs: async () => [await smtpProof(api, from)],
  }
}

const WITHOUT_ADDRESS: OpenService = {
  roles: {},
  deliverer: async () => null,
  proofs: async () => [proof('not_proved', 'smtp', 'no mail server is set: no mail goes out by SMTP')],
}

/** @throws AppError `config`; the address is not part of what it says */
function readServer(address: string, allowHttpHosts: readonly string[]): SmtpServer {
  const url = URL.parse(address)
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new AppError(
      'config',
      'SMTP_URL is no address of a mail server',
      'set SMTP_URL to an address such as smtps://user:password@smtp.example.com',
    )
  }
  const isSecure = url.protocol === 'smtps:'
  // A password must not go unencrypted over a network: as for http, this machine and named hosts are excepted.
  const mayBePlain = plainHttpFault({ protocol: 'http:', hostname: url.hostname }, allowHttpHosts) === null
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    isSecure,
    mayBePlain,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  }
}

/** @throws AppError `config` where nobody is named */
function senderOf(from: string | undefined, { user }: SmtpServer): Correspondent {
  const sender = readCorrespondent(from ?? user)
  if (sender !== null) return sender
  throw new AppError(
    'config',
    'nobody is named whom mails are from',
    'set mail.from to your name and address, as "Ana Muster <ana@example.com>"',
  )
}

async function smtpProof(api: SmtpClient, { address }: Correspondent): Promise<NewProof> {
  try {
    await api.verify()
    const detail = `the server takes mails of ${address}; one without an answer is sent again under its Message-ID`
    return proof('proved', 'smtp', detail)
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return proof('failed', 'smtp', error.message, error.fix ?? 'check the network and SMTP_URL')
  }
}
