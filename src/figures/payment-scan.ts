import { document, line, list, next, section, state, words, type Document } from '../kernel/document.ts'
import type { Span } from '../domain/coverage.ts'
import { countText, instantText, minuteText } from '../kernel/text.ts'
import type { AppError, Outcome } from '../kernel/errors.ts'
import { paymentFigure, type PaymentFigure } from './payments.ts'
import type { PlannedLink } from '../pipeline/links.ts'
import type { PaymentBooks } from '../store/payment-rows.ts'

/** What a scan of payments came to. */
interface Scan {
  readonly webhooks: { readonly worked: number; readonly left: number }
  readonly links: { readonly looked: number; readonly captured: readonly string[] }
  readonly compared: number
  readonly others: number
  readonly changed: readonly string[]
  readonly failed: readonly { readonly id: string; readonly kind: string; readonly message: string }[]
}

/** What of a service was looked through: see the scan. */
interface ServiceCoverage {
  readonly service: string
  readonly events: Span | null
  readonly keepsEvents: boolean
  readonly objects: Span | null
  readonly lagMs: number
}

/** The same with its instants as texts. */
interface CoverageFigure {
  readonly service: string
  readonly events: SpanText | null
  readonly keepsEvents: boolean
  readonly objects: SpanText | null
  readonly lagMinutes: number
}

interface SpanText {
  readonly from: string
  readonly to: string
}

/** The same as people and machines see it. */
export interface ScanFigure extends Scan {
  /** Payments with which something is wrong. */
  readonly differences: readonly PaymentFigure[]
  /** What of each service was looked through by now, without a gap. */
  readonly coverage: readonly CoverageFigure[]
  /** Services of which something is left to the next scan. */
  readonly down: readonly { readonly service: string; readonly message: string; readonly next: string }[]
}

/** The figure of a scan. */
export function scanFigure({
  problems,
  down,
  coverage,
  ...scan
}: Scan & {
  readonly coverage: readonly ServiceCoverage[]
  readonly problems: readonly PaymentBooks[]
  readonly down: readonly { readonly service: string; readonly error: AppError }[]
}): ScanFigure {
  return {
    ...scan,
    differences: problems.map(paymentFigure),
    coverage: coverage.map(coverageFigure),
    down: down.map(({ service, error: { message, hint } }) => ({ service, message, next: hint })),
  }
}

function coverageFigure({ service, events, keepsEvents, objects, lagMs }: ServiceCoverage): CoverageFigure {
  const lagMinutes = lagMs / 60_000
  return { service, events: spanText(events), keepsEvents, objects: spanText(objects), lagMinutes }
}

function spanText(span: Span | null): SpanText | null {
  return span === null ? null : { from: instantText(span.fromMs), to: instantText(span.toMs) }
}

/** What is proved of a service, and what is not. */
function coverageLines({ service, events, keepsEvents, objects, lagMinutes }: CoverageFigure): Document {
  const late = lagMinutes === 0 ? '' : `, which it lists up to ${countText(lagMinutes / 60, 'hour')} late`
  return document(
    objects === null
      ? line`${state('not proved', 'open')}: no payment of ${service} was compared with the books yet${late}`
      : line`${state('proved', 'good')}: every payment, refund and dispute of ${service} from ${minuteText(Date.parse(objects.from))} to ${minuteText(Date.parse(objects.to))} is in the books${late}`,
    !keepsEvents
      ? null
      : events === null
        ? line`${state('not proved', 'open')}: no list of events of ${service} was read yet`
        : line`${state('proved', 'good')}: every event of ${service} from ${minuteText(Date.parse(events.from))} to ${minuteText(Date.parse(events.to))} was seen`,
  )
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
    `${countText(scan.compared, 'entry', 'entries')} of the lists of services compared with the books`,
    scan.others === 0
      ? null
      : `${countText(scan.others, 'payment')} for other business left out (billing.other_sales)`,
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
    scan.coverage.map(coverageLines),
    section('Not handled', list(failed.map(({ id, message }) => words`${id}: ${message}`))),
    section(
      'Differences',
      list(differences.map(({ id, amount, means }) => words`${amount} ${id}: ${means ?? ''}`)),
    ),
    next(differences.map(({ id }) => `echopilot payments show ${id}`)[0] ?? null),
  )
}
