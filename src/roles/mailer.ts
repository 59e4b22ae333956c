import type { Mail } from '../domain/mail.ts'
import type { ServiceCall } from './task-source.ts'

/** A service that mails are sent by. */
export interface Mailers {
  /** What effects are booked under. */
  readonly service: string
  /**
   * The mailbox of this store, for one call; the first contact binds the store to it, where the service tells whose it is.
   * @throws AppError `config` where the credential opens another mailbox; ServiceFailure where that is not known and the
   *   service does not tell
   */
  mailer(call: ServiceCall): Promise<Mailer>
}

/** What mails are sent by, opened when there is one: most calls have none. */
export interface OpenMailers {
  /**
   * The first service that is set up; a folder of this machine always is.
   * @throws AppError `config` where one is set up wrongly: none is taken in its place
   */
  open(): Promise<Mailers>
}

/** Sends mails, and finds those that were sent. Every method may throw `ServiceFailure`. */
export interface Mailer {
  readonly service: string
  /**
   * Sends a mail for which `whyNoMail` has nothing to say; gives back its id at the service. The Message-ID is that of the
   * key, so that whoever gets a mail twice can tell. Where no answer came, look before it is sent again.
   */
  send(mail: Mail, key: string): Promise<string>
  /** Looks for the mail of a key among those that were sent after an instant. */
  find(key: string, sinceMs: number): Promise<FoundMail>
}

/**
 * What a look came to. `cannot tell`: the service shows nothing of what was sent; then sending it again is all that
 * can be done, and the Message-ID is what spares its reader a second one.
 */
export type FoundMail =
  { readonly kind: 'found'; readonly id: string } | { readonly kind: 'not there' | 'cannot tell' }
