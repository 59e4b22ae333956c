import { redirectFailure } from '../../../kernel/http/read-header.ts'
import { ServiceFailure } from '../../../kernel/service-failure.ts'

/** An HTTP error of Notion. */
interface NotionFault {
  readonly status: number
  readonly code: string | null
  readonly message: string
  readonly retryAfterMs: number | null
  /** Where it points, if it is a redirect. */
  readonly location: string | null
}

/** Statuses and codes as Notion documents them. Below 500 nothing was done; from 500 on it is not known. */
export function fromNotion(fault: NotionFault): ServiceFailure {
  const { status, code, retryAfterMs } = fault
  const redirect = redirectFailure(status, fault.location, 'notion.base_url')
  if (redirect !== null) return redirect
  const isElsewhere = isOfAddress(fault)
  const { said, fix } = isElsewhere ? ELSEWHERE : sayingOf(fault)
  const message = `${said} (Notion ${status}${code === null ? '' : ` ${code}`}: ${fault.message})`
  const errorClass = isElsewhere ? 'credential' : classOf(status)
  if (errorClass === 'permanent')
    return new ServiceFailure(message, { errorClass, billed: 'no', status, fix })
  const billed = errorClass === 'transient' && status !== 409 ? 'unknown' : 'no'
  return new ServiceFailure(message, { errorClass, billed, retryAfterMs, fix })
}

function classOf(status: number): ServiceFailure['errorClass'] {
  if (status === 401 || status === 403) return 'credential'
  if (status === 429 || status === 529) return 'throttled'
  return status === 408 || status === 409 || status >= 500 ? 'transient' : 'permanent'
}

/** Never got an answer: what the network says, and what helps. */
export function fromNetwork(failure: ServiceFailure): ServiceFailure {
  return new ServiceFailure(`Notion: ${failure.message}`, {
    errorClass: failure.errorClass,
    billed: failure.billed,
    fix: failure.fix ?? 'check the network and notion.base_url',
    cause: failure.cause,
  })
}

/** What was refused, in plain words, and what helps; Notion's own message follows. */
interface Saying {
  readonly said: string
  readonly fix: string
}

const LATER = 'wait a minute'

const ELSEWHERE: Saying = {
  said: 'what answered is not Notion',
  fix: 'set notion.base_url to where Notion is: https://api.notion.com, with nothing after it',
}

function sayingOf({ status, message }: NotionFault): Saying {
  if (status === 400) return sayingOfBadRequest(message)
  if (status >= 500 && status !== 529) return { said: 'Notion has trouble of its own', fix: LATER }
  return SAYINGS.get(status) ?? REFUSED
}

const REFUSED: Saying = {
  said: 'Notion refused what was sent',
  fix: 'see with echopilot doctor what is wrong',
}

const SAYINGS: ReadonlyMap<number, Saying> = new Map([
  [401, { said: 'Notion does not accept the token', fix: 'check NOTION_TOKEN' }],
  [
    403,
    {
      said: 'Notion does not allow the integration to do this',
      fix: 'let the integration read, insert and update content, in its settings in Notion',
    },
  ],
  [
    404,
    {
      said: 'there is no such page or database, or it is not shared with the integration',
      fix: 'share the page or database with the integration (••• → Connections)',
    },
  ],
  [408, { said: 'Notion took too long', fix: LATER }],
  [409, { said: 'Notion was busy with the same page', fix: LATER }],
  [429, { said: 'Notion wants fewer requests', fix: LATER }],
  [529, { said: 'Notion is overloaded', fix: LATER }],
])

function sayingOfBadRequest(message: string): Saying {
  if (/could not find property|is not a property/i.test(message)) {
    return {
      said: 'a column that EchoPilot uses is not in the database any more',
      fix: 'add it again with echopilot init --repair',
    }
  }
  if (/archived|in the trash/i.test(message)) {
    return { said: 'it is in the trash', fix: 'restore it in Notion' }
  }
  return REFUSED
}

/**
 * Notion names what it does not have (`object_not_found`), and a path that it does not know. A 404 or 405 without a
 * name is not Notion's, so nothing is said of a page: the address is wrong.
 */
function isOfAddress({ status, code }: NotionFault): boolean {
  return ((status === 404 || status === 405) && !isNotionCode(code)) || code === 'invalid_request_url'
}

function isNotionCode(code: string | null): boolean {
  return code !== null && code !== 'notionhq_client_response_error'
}
