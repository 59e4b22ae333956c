/**
 * The vendor's own command-line tool at the sandbox, as a user rehearses with it. It is no dependency: `.ci/run` installs
 * it into a scratch folder, and STRIPE_CLI names it.
 */
import { expect, test } from 'vitest'
import { startChild, type Ended } from '../support/child.ts'
import { listOf, parseDocument, type Document } from '../support/document.ts'
import { run } from '../cli/support/run.ts'
import { startedSandbox, type Sandbox } from './support/sandbox.ts'

const STRIPE_CLI = process.env['STRIPE_CLI'] ?? ''

/** Nothing listens there: what the tool would ask the internet for it does not get. */
const NO_INTERNET = 'http://127.0.0.1:9'

async function trigger({ dir, env }: Sandbox, event: string): Promise<Ended> {
  const { STRIPE_BASE_URL: base = '', STRIPE_SECRET_KEY: key = '' } = env
  return startChild([STRIPE_CLI, 'trigger', event, '--api-base', base, '--api-key', key], {
    env: { HOME: dir, HTTPS_PROXY: NO_INTERNET, HTTP_PROXY: NO_INTERNET, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
  }).ended
}

async function asked({ env }: Sandbox, path: string): Promise<Document> {
  const headers = { authorization: `Bearer ${env['STRIPE_SECRET_KEY'] ?? ''}` }
  return parseDocument(await (await fetch(`${env['STRIPE_BASE_URL'] ?? ''}${path}`, { headers })).text())
}

test('Stripe’s own tool triggers a payment and a refund at the sandbox, which has the events and the money, and the books follow', async ({
  skip,
}) => {
  skip(STRIPE_CLI === '', 'not proved: the Stripe command-line tool is not here (STRIPE_CLI)')
  const sandbox = await startedSandbox()
  const told = async (...words: string[]): Promise<Document> => {
    const { stdout } = await run([...words, '--json'], { env: sandbox.env, cwd: sandbox.dir })
    return parseDocument(stdout)
  }
  // The first contact: what was paid before the store belonged to the account is none of its business.
  await told('payments-scan')
  for (const event of ['payment_intent.succeeded', 'charge.refunded']) {
    const { code, stdout, stderr } = await trigger(sandbox, event)
    expect(stdout, stderr).toContain('Trigger succeeded!')
    expect(code).toBe(0)
  }
  const events = listOf(await asked(sandbox, '/v1/events?limit=100'), 'data')
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['payment_intent.succeeded', 'charge.succeeded', 'charge.refunded']),
  )
  const rows = listOf(await asked(sandbox, '/__sandbox/ledger'), 'rows')
  expect(rows.map(({ type, amount }) => [type, amount])).toEqual([
    ['charge', 2000],
    ['charge', 100],
    ['refund', -100],
  ])
  await told('payments-scan')
  const books = listOf(await told('payments', 'list'), 'payments')
  const said = books.map(({ amount, state, refunded, problem }) => [amount, state, refunded, problem])
  expect(said).toHaveLength(2)
  expect(said).toEqual(
    expect.arrayContaining([
      ['20.00 USD', 'paid', null, 'unknown_payer'],
      ['1.00 USD', 'paid', '1.00 USD', null],
    ]),
  )
})
