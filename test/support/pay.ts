/** A client pays at a stand-in of Stripe. */
import { isObject } from '../../src/sandbox/lib/json.ts'
import { sdk } from '../sandbox/stripe/support/server.ts'

/** Pays at a payment link, as `task show` tells of it. */
export async function payAt(stripeUrl: string, link: unknown): Promise<void> {
  const url = isObject(link) ? link['url'] : undefined
  const { data } = await sdk(stripeUrl).paymentLinks.list({ limit: 100 })
  const id = data.find(one => one.url === url)?.id
  const body = JSON.stringify({ link: id })
  const answer = await fetch(`${stripeUrl}/__sandbox/stripe/pay`, { method: 'POST', body })
  if (!answer.ok) throw new Error(await answer.text())
}
