/** A payment that a client disputes, as the operator sees it: by the program, against the stand-in of Stripe. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { listOf } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

let stripe: StripeServer
let home: Home
let taskId: string
let outside: string

/** A task that was paid and is disputed, as the books know it. */
beforeEach(async () => {
  stripe = await stripeServer()
  home = await sandboxHome({ STRIPE_BASE_URL: stripe.url, STRIPE_SECRET_KEY: TEST_KEY })
  taskId = String((await home.json('task', 'add', BRIEF, '--price', '100', '--title', 'Study'))['taskId'])
  await home.json('poll', '--drain')
  const [link] = (await stripe.stripe.paymentLinks.list({ active: true })).data
  await stripe.hand('pay', { link: link?.id ?? '' })
  const [intent] = (await stripe.stripe.paymentIntents.list()).data
  outside = String((await stripe.hand('dispute', { payment_intent: intent?.id ?? '' }))['id'])
  await home.json('payments-scan', '--since', '1d')
})

test('what waits for an answer is said with its deadline and what to type, until it is answered', async () => {
  const [payment] = listOf(await home.json('payments', 'list', '--disputed'), 'payments')
  const [dispute] = payment === undefined ? [] : listOf(payment, 'disputes')
  expect(dispute).toMatchObject({ state: 'needs_response', outsideId: outside })
  const next = `payments evidence ${String(dispute?.['id'])} --output FOLDER`
  for (const words of [['payments', 'list', '--disputed'], ['payments', 'show', outside], ['status']]) {
    const { stdout } = await home.spawn(...words)
    expect(stdout).toMatch(
      /waits for an answer, [89] d left\n.*100\.00 USD .fraudulent.: to be answered before 20/,
    )
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(next)
  }
  expect((await home.run('doctor', '--no-spend')).stdout).toMatch(/not proved +disputes/)
  expect(await home.json('task', 'show', taskId)).toMatchObject({ bills: [{ status: 'Disputed' }] })
  await stripe.hand('dispute-decide', { dispute: outside, verdict: 'answer' })
  await home.json('payments-scan', '--since', '1d')
  expect(await home.json('status')).toMatchObject({ disputes: [] })
  expect((await home.run('doctor', '--no-spend')).stdout).toMatch(/proved +disputes.*\n.*no dispute waits/)
})

const NAMES = ['00-index.md', '01-payment.md', '02-brief.md', '03-result.md', '05-receipt.md']

test('the evidence is a folder of files whose digests are in its index, with what is not proved', async () => {
  const folder = join(home.dir, 'evidence')
  const ran = await home.spawn('payments', 'evidence', outside, '--output', folder)
  expect(ran).toMatchObject({ code: 0, stdout: `written to ${folder}\n` })
  expect(readdirSync(folder).toSorted()).toEqual(NAMES)
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const index = read('00-index.md')
  for (const name of NAMES.slice(1))
    expect(index).toMatch(new RegExp(`${name}: .+\n  sha256 ${sha256(read(name))}`))
  expect(index).toMatch(/Deadline for an answer: 20\d\d-/)
  expect(index).toContain('- not proved: that the result was handed over')
  expect(index).toContain('- not proved: that the client read or accepted it')
  expect(index).not.toContain('the brief as it was')
  expect(read('02-brief.md')).toBe(BRIEF)
  const task = await home.json('task', 'show', taskId)
  expect(read('03-result.md')).toBe(task['result'])
  expect(read('05-receipt.md')).toContain(`Brief: sha256 ${sha256(BRIEF)}`)
  expect(read('05-receipt.md')).toMatch(/Sealed at .*\(intact\)/)
  expect(read('01-payment.md')).toMatch(/Amount: 100\.00 USD \(no real money\)\n- At stripe: pi_/)
})

test('shown without a folder; in JSON the files are in it', async () => {
  const shown = await home.run('payments', 'evidence', taskId)
  expect(shown.stdout).toContain('# Evidence about dispute dp_')
  expect(shown.stdout).toContain('- not proved: who paid')
  const json = await home.json('payments', 'evidence', outside)
  expect(listOf(json, 'files').map(file => file['name'])).toEqual(NAMES)
})

test('nothing that is there is replaced: a folder with a file in it, or a file', async () => {
  const folder = join(home.dir, 'evidence')
  mkdirSync(folder)
  writeFileSync(join(folder, 'mine'), 'x')
  for (const [path, code] of [
    [folder, 65],
    [join(folder, 'mine'), 64],
  ] as const) {
    const ran = await home.run('payments', 'evidence', outside, '--output', path, '--json')
    expect(ran.code).toBe(code)
    expect(errorOf(ran)['message']).toContain('the evidence')
  }
  expect(readdirSync(folder)).toEqual(['mine'])
})

test('there is none about what is not disputed, or not there', async () => {
  expect((await home.run('payments', 'evidence', 'dsp_unknown')).code).toBe(66)
  const other = String((await home.json('task', 'add', BRIEF))['taskId'])
  expect((await home.run('payments', 'evidence', other)).code).toBe(66)
})

test('what a lost dispute took, and its fee, is not profit; once an appeal is won, it is back', async () => {
  const total = async () => (await home.json('report', 'cost'))['total']
  await stripe.hand('dispute-decide', { dispute: outside, verdict: 'lost' })
  await home.json('payments-scan', '--since', '1d')
  const lost = await total()
  // 3.20 of the payment and 15.00 of the dispute.
  expect(lost).toMatchObject({ billed: ['100.00 USD'], returned: ['100.00 USD'], feesUsd: '18.200000' })
  expect((await home.run('report', 'cost')).stdout).toMatch(/went back +100\.00 USD\n[\s\S]*profit +\$-18\.2/)
  await stripe.hand('dispute-decide', { dispute: outside, verdict: 'appeal' })
  await home.json('payments-scan', '--since', '1d')
  expect(await home.json('status')).toMatchObject({ disputes: [{ urgency: 'later' }] })
  await stripe.hand('dispute-decide', { dispute: outside, verdict: 'answer' })
  await stripe.hand('dispute-decide', { dispute: outside, verdict: 'won' })
  await home.json('payments-scan', '--since', '1d')
  expect(await total()).toMatchObject({ returned: [], feesUsd: '18.200000' })
  expect(await home.json('task', 'show', taskId)).toMatchObject({ bills: [{ status: 'Paid' }] })
})
