import { proof } from '../../domain/proof.ts'
import { AppError } from '../../kernel/errors.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import { minuteText, spanText } from '../../kernel/text.ts'
import type { FileStore } from '../../roles/file-store.ts'
import type { Store } from '../../store/index.ts'
import type { NewProof } from '../../store/proofs.ts'
import { bound } from './account.ts'
import type { GoogleClient } from './client.ts'

const SENDS = new Set(['https://www.googleapis.com/auth/gmail.send', 'https://mail.google.com/'])
const KEEPS = new Set(['https://www.googleapis.com/auth/drive.file', 'https://www.googleapis.com/auth/drive'])
const ALLOW = 'sign in again, leaving all boxes ticked: echopilot auth google'

/**
 * That the sign-in lasts, lets mails be sent, and shows which were. It binds the store to the account where it belongs to
 * none; a dry run does not.
 */
export async function gmailProof(api: GoogleClient, store: Store, dryRun: boolean): Promise<NewProof> {
  try {
    const scopes = await api.scopes()
    if (!scopes.some(scope => SENDS.has(scope))) return failed('the sign-in lets no mail be sent', ALLOW)
    const address = await api.address()
    if (address === null) {
      const detail =
        'the sign-in lets mails be sent, and not be looked up: one without an answer may go out twice'
      return proof('not_proved', 'google', detail, ALLOW)
    }
    await bound(store, { address, credential: api.credential }, dryRun)
    return proof('proved', 'google', `mails go out from ${address}, and are looked up where no answer came`)
  } catch (error) {
    if (error instanceof AppError && error.kind === 'config') return failed(error.message, error.hint)
    if (!(error instanceof ServiceFailure)) throw error
    return failed(error.message, error.fix ?? 'check the network and google.base_url')
  }
}

/** That files can be kept in Drive, and that it has room for them. */
export async function driveProof(api: GoogleClient, store: FileStore): Promise<NewProof> {
  try {
    const scopes = await api.scopes()
    if (!scopes.some(scope => KEEPS.has(scope)))
      return proof('failed', DRIVE, 'the sign-in lets no file be kept', ALLOW)
    const full = await store.whyFull()
    if (full !== null)
      return proof('failed', DRIVE, full, 'empty its trash, or buy more: https://one.google.com')
    return proof('proved', DRIVE, 'files are kept in Google Drive, in one folder for each client and month')
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return proof('failed', DRIVE, error.message, error.fix ?? 'check the network and google.base_url')
  }
}

const DRIVE = 'google drive'

/** When a sign-in that was made here ends by itself, which that of an app in Testing does after 7 days. */
export function endProof(endsMs: number | null, nowMs: number): NewProof {
  if (endsMs === null) return proof('proved', SIGN_IN, 'it lasts until it is ended at Google')
  const left = spanText(endsMs - nowMs)
  const fix = 'sign in again: echopilot auth google; to make it last, publish the app at Google'
  if (endsMs <= nowMs) return proof('failed', SIGN_IN, `ended ${minuteText(endsMs)} UTC`, fix)
  return proof('not_proved', SIGN_IN, `ends in ${left}, ${minuteText(endsMs)} UTC`, fix)
}

const SIGN_IN = 'google sign-in'

function failed(detail: string, fix: string): NewProof {
  return proof('failed', 'google', detail, fix)
}
