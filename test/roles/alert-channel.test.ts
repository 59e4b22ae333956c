/** Every implementer of `AlertChannel`: the journal, a webhook over HTTP, and a chat of Telegram. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Notice } from '../../src/domain/notice.ts'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { createLog } from '../../src/kernel/log.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import { openSandboxServer } from '../../src/sandbox/lib/server.ts'
import { isObject, parseJson } from '../../src/sandbox/lib/json.ts'
import { HOOK_PATH } from '../../src/sandbox/watch/identity.ts'
import { WATCH_SERVICE } from '../../src/sandbox/watch/index.ts'
import type { AlertChannel } from '../../src/roles/alert-channel.ts'
import type { ServiceCall } from '../../src/roles/task-source.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { noticeDeliverer } from '../../src/outbox/deliverer.ts'
import { ANA, BOT_TOKEN } from '../../src/sandbox/telegram/identity.ts'
import type { Effect } from '../../src/store/effect-rows.ts'
import { telegramServer } from '../sandbox/telegram/support/server.ts'
import { contractProxy, NO_CONTRACT_TOOL } from '../support/contract.ts'
import { isObjectList } from '../sandbox/support/wire.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { describeAlertChannel } from './alert-channel-contract.ts'
import { openService } from './support/opened.ts'
import { FAULTS } from './support/troubles.ts'

const WORLD = { fetch: lightFetch(), clock: realClock(), random: realRandom() }

/** A call whose log is written into a list. */
function callInto(lines: string[]): ServiceCall {
  const log = createLog({
    write: line => void lines.push(line),
    now: () => 0,
    format: 'journal',
    least: 'error',
    redact: text => text,
    fixed: {},
  })
  return {
    actor: 'test',
    world: WORLD,
    log,
    stop: new AbortController().signal,
    dryRun: false,
    progress: () => {},
  }
}

async function openChannel(
  name: 'journal' | 'webhook' | 'telegram',
  given: { secrets?: Record<string, string>; settings?: Record<string, unknown>; call?: ServiceCall } = {},
): Promise<AlertChannel | null> {
  const { secrets = {}, settings = {}, call = callInto([]) } = given
  return (await openService(name, { world: WORLD, settings, secrets })).alertChannel?.(call) ?? null
}

function opened(channel: AlertChannel | null): AlertChannel {
  if (channel === null) throw new Error('it opened no channel')
  return channel
}

describeAlertChannel('the journal', async () => {
  const lines: string[] = []
  return {
    channel: opened(await openChannel('journal', { call: callInto(lines) })),
    arrived: async () =>
      lines.map(line => {
        const said = parseJson(line.slice(3))
        return { key: String(isObject(said) ? said['key'] : ''), text: line }
      }),
    befall: null,
    mend: async () => undefined,
  }
})

async function watch(): Promise<{
  url: string
  post: (path: string, body: unknown) => Promise<void>
  rows: () => Promise<readonly Record<string, unknown>[]>
}> {
  const databaseFile = join(temporaryFolder(), 'watch.db')
  const server = await openSandboxServer({ definition: WATCH_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${String(server.port)}`
  return {
    url,
    post: async (path, body) =>
      void (await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })),
    rows: async () => {
      const ledger: unknown = await (await fetch(`${url}/__sandbox/ledger`)).json()
      const rows = isObject(ledger) ? ledger['rows'] : null
      return isObjectList(rows) ? rows : []
    },
  }
}

describeAlertChannel('a webhook', async () => {
  const { url, post, rows } = await watch()
  return {
    channel: opened(await openChannel('webhook', { secrets: { ALERT_WEBHOOK_URL: url + HOOK_PATH } })),
    arrived: async () =>
      (await rows()).map(({ key, body }) => ({
        key: String(key),
        text: String(isObject(body) ? body['text'] : ''),
      })),
    befall: async trouble => post('/__sandbox/faults', { action: FAULTS[trouble], match: {}, times: 100 }),
    mend: async () => post('/__sandbox/faults/clear', {}),
  }
})

test('the journal finds alerts by their priority', async () => {
  const lines: string[] = []
  const call = callInto(lines)
  const channel = opened(await openChannel('journal', { call }))
  // It is told to log errors alone: alerts are written all the same.
  call.log.warn('anything else')
  const notice = {
    kind: 'notice',
    what: 'opened',
    alertId: 'alert_1',
    cause: 'c',
    message: 'm',
    next: null,
    count: 1,
    openedMs: 0,
    atMs: 0,
  } as const
  await channel.tell({ ...notice, severity: 'critical' }, 'k')
  await channel.tell({ ...notice, severity: 'warning' }, 'k')
  await channel.tell({ ...notice, severity: 'critical', what: 'resolved' }, 'k')
  expect(lines.map(line => line.slice(0, 3))).toEqual(['<2>', '<4>', '<5>'])
})

test('without an address there is no webhook, and nothing to deliver to', async () => {
  expect(await openChannel('webhook')).toBe(null)
  const service = await openService('webhook', { world: WORLD, settings: {}, secrets: {} })
  expect(await service.deliverer?.(callInto([]))).toBe(null)
})

test.each([
  ['hooks.example.com/x', /is no http address/],
  ['ftp://hooks.example.com/x', /is no http address/],
  ['http://hooks.example.com/T0ken', /plain http to hooks\.example\.com: use https, or add/],
  ['https://ana:secret@hooks.example.com/x', /user name or password/],
])(
  'an address that must not be used is a fault of the configuration, told without it: %s',
  async (address, why) => {
    const error: unknown = await openChannel('webhook', { secrets: { ALERT_WEBHOOK_URL: address } }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ kind: 'config', message: textLike(why) })
    expect(String(error)).not.toMatch(/T0ken|secret@/)
  },
)

test('plain http is for hosts that are named', async () => {
  const secrets = { ALERT_WEBHOOK_URL: 'http://hooks.lan/x' }
  expect(await openChannel('webhook', { secrets, settings: { allow_http_hosts: ['hooks.lan'] } })).not.toBe(
    null,
  )
})

const TEST_NOTICE: Notice = {
  kind: 'notice',
  what: 'test',
  alertId: null,
  cause: 'c',
  severity: 'warning',
  message: 'm',
  next: null,
  count: 1,
  openedMs: 0,
  atMs: 0,
}

test('what it answers is told without the address, which opens it', async () => {
  const { url, post } = await watch()
  const channel = opened(
    await openChannel('webhook', { secrets: { ALERT_WEBHOOK_URL: `${url}${HOOK_PATH}` } }),
  )
  const body = `no ${url}${HOOK_PATH} here`
  await post('/__sandbox/faults', { action: { type: 'plain-error', status: 404, body }, match: {}, times: 1 })
  const failure = await failureOf(channel.tell(TEST_NOTICE, 'k'))
  expect(failure).toMatchObject({
    errorClass: 'credential',
    status: 404,
    fix: textLike(/ALERT_WEBHOOK_URL/),
  })
  expect(failure.message).not.toContain(HOOK_PATH.slice(1))
})

const OPENS = 'https://hooks.example.com/in/T0ken-0123/x?key=Que%2Bry%2F0123'

test.each([
  ['a redirection', 302, '', `${OPENS}/again`],
  ['a refusal that repeats it', 400, `no ${OPENS}, ${encodeURIComponent(OPENS)}`, ''],
  ['a refusal that is cut within it', 400, `${'x'.repeat(185)} ${OPENS}`, ''],
  ['a refusal that repeats its parts', 403, 'T0ken-0123 or Que+ry/0123 or Que%2Bry%2F0123', ''],
])('%s does not tell what opens the address', async (_, status, body, location) => {
  const answer = new Response(body, { status, headers: location === '' ? {} : { location } })
  const world = { ...WORLD, fetch: async () => answer }
  const service = await openService('webhook', { world, settings: {}, secrets: { ALERT_WEBHOOK_URL: OPENS } })
  const channel = opened(service.alertChannel?.(callInto([])) ?? null)
  const { message } = await failureOf(channel.tell(TEST_NOTICE, 'k'))
  expect(message).toContain('[redacted')
  expect(message).not.toMatch(/T0k|Que/)
})
describeAlertChannel('a chat of Telegram', async () => {
  const { url, said, arm, mend } = await telegramServer()
  return {
    channel: opened(await openChat(url)),
    // One that came twice says the same key twice.
    arrived: async () => {
      const texts = (await said()).map(({ text }) => String(text))
      return [...new Map(texts.map(text => [text.split('\n').at(-1) ?? '', text]))].map(([key, text]) => ({
        key,
        text,
      }))
    },
    befall: async trouble => arm({ action: FAULTS[trouble], match: {}, times: 100 }),
    mend,
  }
})

async function openChat(url: string, chats = [String(ANA)]): Promise<AlertChannel | null> {
  const secrets = { TELEGRAM_BOT_TOKEN: BOT_TOKEN }
  return openChannel('telegram', { secrets, settings: { telegram: { base_url: url, chats } } })
}

test('what came without an answer is told again as what it is, and no text is markup', async () => {
  const { url, said, arm, mend } = await telegramServer()
  const channel = opened(await openChat(url))
  const deliverer = noticeDeliverer(channel)
  const notice = { ...TEST_NOTICE, message: `<b>&amp; ${'\u202e*_[x](y)~`'.repeat(2000)}\ud800` }
  await arm({ action: FAULTS['an answer that is lost'] })
  await failureOf(channel.tell(notice, 'k'))
  await mend()
  const effect = { body: notice, key: 'k', uncertain: true }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a deliverer of notices reads of one
  await deliverer.deliver(effect as unknown as Effect, [])
  const texts = (await said()).map(({ text }) => String(text))
  expect(texts).toHaveLength(2)
  expect(texts[0]).toMatch(/^EchoPilot: test: <b>&amp; \u202e\*_\[x\]\(y\)~`/)
  expect(texts[1]).toBe(`once more, as no answer came to the first\n${texts[0]}`)
})

test('a chat that does not take messages says what to do', async () => {
  const { url } = await telegramServer()
  const channel = opened(await openChat(url, ['5']))
  const failure = await failureOf(channel.tell(TEST_NOTICE, 'k'))
  expect(failure).toMatchObject({ errorClass: 'credential', status: 400, fix: textLike(/telegram\.chats/) })
  expect(await openChat(url, [])).toBe(null)
})

test('nothing that a chat is asked for breaks the description of the Bot API', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const { url, said } = await telegramServer()
  const proxy = await contractProxy('telegram', url)
  const service = await openService('telegram', {
    world: WORLD,
    settings: { telegram: { base_url: proxy.url, chats: [String(ANA)] } },
    secrets: { TELEGRAM_BOT_TOKEN: BOT_TOKEN },
  })
  expect(await service.proofs?.(callInto([]))).toMatchObject([
    { outcome: 'proved', detail: `@echopilot_sandbox_bot reaches the chat ${ANA}` },
  ])
  const channel = opened(service.alertChannel?.(callInto([])) ?? null)
  await channel.tell({ ...TEST_NOTICE, message: '<>&"\u202e👩‍👩‍👧'.repeat(2000) }, 'k', true)
  expect(await said()).toHaveLength(1)
  const wrong = proxy.violations.filter(({ severity }) => severity === 'error' || severity === 'warn')
  expect(wrong).toEqual([])
})
