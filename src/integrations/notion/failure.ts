import { redirectFailure } from '../../kernel/http/redirect.ts'
import { ServiceFailure } from '../../kernel/roles.ts'

/** An HTTP error of Notion. */
export interface NotionFault {
  readonly status: number
  readonly code: string | null
  readonly message: string
  readonly retryAfterMs: number | null
  /** Where it points, if it is a redirect. */
  readonly location: string | null
}

/** Statuses and codes as Notion documents them. Below 500 nothing was done; from 500 on nobody can tell. */
export function fromNotion(fault: NotionFault): ServiceFailure {
  const { status, code, retryAfterMs } = fault
  const redirect = redirectFailure(status, fault.location, 'notion.base_url')
  if (redirect !== null) return redirect
  const message = `Notion ${status}${code === null ? '' : ` ${code}`}: ${fault.message}`
  if (status === 401 || status === 403) {
    return new ServiceFailure(message, { errorClass: 'credential', billed: 'no', retryAfterMs })
  }
  if (status === 429 || status === 529) {
    return new ServiceFailure(message, { errorClass: 'throttled', billed: 'no', retryAfterMs })
  }
  if (status === 409)
    return new ServiceFailure(message, { errorClass: 'transient', billed: 'no', retryAfterMs })
  if (status >= 500 || status === 408) {
    return new ServiceFailure(message, { errorClass: 'transient', billed: 'unknown', retryAfterMs })
  }
  return new ServiceFailure(message, { errorClass: 'permanent', billed: 'no' })
}
