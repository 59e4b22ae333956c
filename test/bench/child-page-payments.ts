/**
 * `page-payments <seconds>`: what anyone would write to read Stripe's lists of payments, refunds and disputes from an
 * instant on: the SDK, and its own paging. Prints how many there are.
 */
import { Stripe } from 'stripe'

const { hostname: host, port } = new URL(process.env['STRIPE_BASE_URL'] ?? '')
const key = process.env['STRIPE_SECRET_KEY'] ?? ''
const sdk = new Stripe(key, { protocol: 'http', host, port, telemetry: false })
const page = { created: { gte: Number(process.argv[2]) }, limit: 100 }

let count = 0
const add = (): void => void (count += 1)
await sdk.paymentIntents.list({ ...page, expand: ['data.latest_charge'] }).autoPagingEach(add)
await sdk.refunds.list(page).autoPagingEach(add)
await sdk.disputes.list(page).autoPagingEach(add)
process.stdout.write(String(count))
