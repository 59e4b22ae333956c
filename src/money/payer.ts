import { asAppError, type AppError } from '../kernel/errors.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { PaymentProvider, Payments } from '../roles/payment-provider.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { WebhookReader } from '../roles/webhook-reader.ts'

/** A service that takes payments, as it answers in one scan. */
export interface Payer {
  readonly service: string
  readonly provider: PaymentProvider
  /** What its webhooks are judged by; null where nothing is set up for that. */
  readonly reader: WebhookReader | null
  /** Why nothing more is asked of it in this scan; null while it answers. */
  readonly down: () => AppError | null
  /** Asks it for something. @throws ServiceFailure where it does not give it; a refusal says nothing of the rest */
  readonly ask: <T>(question: () => Promise<T>) => Promise<T>
  /** The same of a list, a page at a time. */
  readonly read: <T>(list: AsyncIterable<T>) => AsyncIterable<T>
}

/** A service that cannot be asked for anything, and why. */
export interface UnopenedPayer {
  readonly service: string
  readonly error: AppError
}

/** Those that are set up; one that does not tell whose account it is cannot be asked for anything. */
export async function openPayers(
  call: ServiceCall,
  payments: readonly Payments[],
): Promise<{ readonly ready: readonly Payer[]; readonly failed: readonly UnopenedPayer[] }> {
  const ready: Payer[] = []
  const failed: UnopenedPayer[] = []
  for (const payer of payments) {
    const { service, webhooks } = payer
    try {
      ready.push(payerOf(service, await payer.provider(call), webhooks))
    } catch (thrown) {
      const error = asAppError(thrown)
      if (error.kind !== 'config' && !(thrown instanceof ServiceFailure)) throw thrown
      failed.push({ service, error })
    }
  }
  return { ready, failed }
}

/** Failures in a row after which the rest is left to the next scan: one may be of the thing that was asked for. */
const FAILURES_TO_STOP = 2

function payerOf(service: string, provider: PaymentProvider, reader: WebhookReader | null): Payer {
  let inRow = 0
  let down: AppError | null = null
  const ask: Payer['ask'] = async question => {
    try {
      const answer = await question()
      inRow = 0
      return answer
    } catch (thrown) {
      const errorClass = thrown instanceof ServiceFailure ? thrown.errorClass : 'permanent'
      if (errorClass !== 'permanent') inRow += 1
      const isDown = errorClass === 'throttled' || errorClass === 'credential' || inRow >= FAILURES_TO_STOP
      if (isDown) down = asAppError(thrown)
      throw thrown
    }
  }
  return {
    service,
    provider,
    reader,
    down: () => down,
    ask,
    read: async function* read(list) {
      const pages = list[Symbol.asyncIterator]()
      for (let page = await ask(async () => pages.next()); page.done !== true;) {
        yield page.value
        page = await ask(async () => pages.next())
      }
    },
  }
}
