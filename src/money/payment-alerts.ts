import type { Observation, Round } from '../domain/alerts.ts'
import { formatMoney } from '../domain/money.ts'
import { PAYMENT_PROBLEMS } from '../domain/payment-state.ts'
import type { PaymentBooks } from '../store/payment-rows.ts'

/**
 * What calls for a person: payments with which something is wrong, all of them. One that is not among them any more is
 * well. Strangers' payments are one alert: an account may be used for other business too.
 */
export function paymentRound(problems: readonly PaymentBooks[]): Round {
  return { observations: problems.flatMap(observationOf), complete: [CHECK] }
}

const CHECK = 'payment'

function observationOf({ id, problem, amount, service, outsideId }: PaymentBooks): Observation[] {
  if (problem === null) return []
  return [
    {
      key: `${CHECK}/${id}`,
      cause: problem === 'unknown_payer' ? `${CHECK}/${problem}` : `${CHECK}/${id}`,
      severity: problem === 'mode_differs' ? 'critical' : 'warning',
      state: 'bad',
      message: `${formatMoney(amount)} was paid (${service} ${outsideId}): ${PAYMENT_PROBLEMS[problem]}`,
      next: `echopilot payments show ${id}`,
    },
  ]
}
