import { join, resolve } from 'node:path'
import { mailTag, readCorrespondent } from '../../domain/mail.ts'
import { mailDeliverer } from '../../outbox/mail-deliverer.ts'
import type { Mailer, Mailers } from '../../roles/mailer.ts'
import { compose } from '../compose.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'

type Environment = ServiceEnvironment<{ readonly path?: string | undefined }, never>

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** Writes nothing until there is a mail. */
export async function openMailFolder({ own, core, world, stateDir }: Environment): Promise<OpenService> {
  const folder = own.path === undefined ? join(stateDir, 'mails') : resolve(stateDir, own.path)
  const from = core.mail.from === undefined ? null : readCorrespondent(core.mail.from)
  const fileOf = (key: string): string => join(folder, `${mailTag(key)}.eml`)
  const mailer: Mailer = {
    service: 'mail_folder',
    send: async (mail, key) => {
      const raw = await compose(mail, { key, from, atMs: world.clock.now() })
      world.files.makeDir(folder, FOLDER_MODE)
      // It is written whole or not at all, and what a composer makes is plain ASCII.
      world.files.writeText(fileOf(key), raw.toString('latin1'), FILE_MODE)
      return fileOf(key)
    },
    find: async key =>
      world.files.exists(fileOf(key)) ? { kind: 'found', id: fileOf(key) } : { kind: 'not there' },
  }
  const mailers: Mailers = { service: 'mail_folder', mailer: async () => mailer }
  return {
    roles: { mailer: mailers },
    deliverer: async call => mailDeliverer(mailers, call, world),
  }
}
