import { document, line, list, next, section, state, words, type Document } from '../kernel/document.ts'
import { countText } from '../kernel/text.ts'
import type { AppError, Outcome } from '../kernel/errors.ts'
import { paymentFigure, type PaymentFigure } from './payments.ts'
import type { PlannedLink } from '../pipeline/links.ts'
import type { PaymentBooks } from '../store/payment-rows.ts'

/** What a scan of payments came to. */
interface Scan {
  readonly webhooks: { readonly worked: number; readonly left: number }
  readonly links: { readonly looked: number; readonly captured: readonly string[] }
  readonly changed: readonly string[]
  readonly failed: readonly { readonly id: string; readonly kind: string; readonly message: string }[]
}

/** The same as people and machines see it. */
export interface ScanFigure extends Scan {
  /** Payments with which something is wrong. */
  readonly differences: readonly PaymentFigure[]
  /** Services of which something is left to the next scan. */
  readonly down: readonly { readonly service: string; readonly message: string; readonly next: string }[]
}

/** The figure of a scan. */
export function scanFigure({
  problems,
  down,
  ...scan
}: Scan & {
  readonly problems: readonly PaymentBooks[]
  readonly down: readonly { readonly service: string; readonly error: AppError }[]
}): ScanFigure {
  return {
    ...scan,
    differences: problems.map(paymentFigure),
    down: down.map(({ service, error: { message, hint } }) => ({ service, message, next: hint })),
  }
}

/** A scan for people. */
export function scanDocument(
  scan: ScanFigure & {
    readonly dryRun: boolean
    readonly services: readonly string[]
    /** Links that would be made. */
    readonly wanted: readonly PlannedLink[]
    readonly ended: Outcome
  },
): Document {
  const { webhooks, links, changed, failed, down, differences, dryRun } = scan
  if (scan.services.length === 0) {
    return document(
      'no service is set up that takes payments',
      next('set STRIPE_SECRET_KEY, then echopilot doctor'),
    )
  }
  const would = dryRun ? 'would be ' : ''
  return document(
    `${countText(webhooks.worked, 'webhook')} ${would}worked, ${countText(links.looked, 'link')} looked at`,
    `${countText(changed.length, 'payment')} ${dryRun ? 'differ from the books' : 'taken into the books'}`,
    links.captured.length === 0
      ? null
      : `${countText(links.captured.length, 'approved link')} ${would}captured`,
    webhooks.left === 0 ? null : `${countText(webhooks.left, 'webhook')} left to the next scan`,
    section(
      `${countText(scan.wanted.length, 'payment link')} would be made`,
      list(scan.wanted.map(({ taskId, title, amount }) => words`${amount}  ${title}  ${taskId}`)),
    ),
    down.map(one => line`${state(one.service, 'bad')}: ${one.message}. ${one.next}`),
    section('Not handled', list(failed.map(({ id, message }) => words`${id}: ${message}`))),
    section(
      'Differences',
      list(differences.map(({ id, amount, means }) => words`${amount} ${id}: ${means ?? ''}`)),
    ),
    next(differences.map(({ id }) => `echopilot payments show ${id}`)[0] ?? null),
  )
}
