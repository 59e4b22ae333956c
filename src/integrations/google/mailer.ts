import { mailTag, readCorrespondent } from '../../domain/mail.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import type { FoundMail, Mailer } from '../../roles/mailer.ts'
import { compose, TAG_HEADER } from '../compose.ts'
import type { GoogleClient } from './client.ts'

/** What a mailer is made with. */
interface GmailOptions {
  /** Null for the address of the account. */
  readonly from: string | undefined
  readonly clock: World['clock']
}

/** Clocks differ; a mail of ours was not sent longer before its effect was recorded. */
const CLOCKS_DIFFER_MS = 10 * 60_000
const MOST_LOOKED_AT = 500

/**
 * Sends by Gmail. A mail is found by a header of ours among those sent since: Gmail may give it a Message-ID of its own,
 * and a sign-in that may read no more than headers may not search.
 */
export function gmailMailer(api: GoogleClient, { from, clock }: GmailOptions): Mailer {
  const sender = from === undefined ? null : readCorrespondent(from)
  return {
    service: 'google',
    send: async (mail, key) => api.send(await compose(mail, { key, from: sender, atMs: clock.now() })),
    find: async (key, sinceMs) => search(api, mailTag(key), sinceMs - CLOCKS_DIFFER_MS),
  }
}

async function search(api: GoogleClient, tag: string, fromMs: number): Promise<FoundMail> {
  let looked = 0
  let pageToken: string | null = null
  while (looked < MOST_LOOKED_AT) {
    const page = await api.sent(pageToken)
    if (page === null) return { kind: 'cannot tell' }
    for (const id of page.ids) {
      const mail = await api.sentMail(id, TAG_HEADER)
      if (mail.header === tag) return { kind: 'found', id }
      if (mail.sentMs < fromMs) return { kind: 'not there' }
    }
    if (page.next === null) return { kind: 'not there' }
    looked += page.ids.length
    pageToken = page.next
  }
  throw new ServiceFailure('more mails were sent since than can be looked through', {
    errorClass: 'permanent',
    billed: 'no',
  })
}
