/** The figures on the state page. */
import { html, type Html } from '../lib/html.ts'
import type { LedgerTotals } from './ledger.ts'

/** Totals of the ledger as markup. */
export function figures(totals: LedgerTotals): Html {
  return html`<div class="figures">
    ${figure(whole(totals.calls), 'billed calls')} ${figure(usd(totals.cost_nano_usd), 'cost in USD')}
    ${figure(whole(totals.prompt_tokens), 'tokens in')}
    ${figure(whole(totals.cached_tokens), 'of these cached')}
    ${figure(whole(totals.completion_tokens), 'tokens out')}
    ${figure(whole(totals.undelivered), 'billed, answer lost')}
  </div>`
}

function figure(value: string, label: string): Html {
  return html`<div class="figure"><b>${value}</b><span>${label}</span></div>`
}

function whole(value: number): string {
  return value.toLocaleString('en-US')
}

function usd(nano: number): string {
  return (nano / 1e9).toFixed(4)
}
