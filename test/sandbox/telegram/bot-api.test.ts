/** The Telegram stand-in as a bot meets it, and as a person sees it. */
import { expect, test } from 'vitest'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import { ANA, BOT_TOKEN, STRANGER } from '../../../src/sandbox/telegram/identity.ts'
import { GROUP } from '../../../src/sandbox/telegram/methods.ts'
import { telegramServer } from './support/server.ts'

const KEYS = { inline_keyboard: [[{ text: 'Approve', callback_data: 'a1' }]] }

test('a token that is none is refused', async () => {
  const { url } = await telegramServer()
  const answer = await fetch(`${url}/bot1:wrong/getMe`)
  expect(answer.status).toBe(401)
  expect(await answer.json()).toEqual({ ok: false, error_code: 401, description: 'Unauthorized' })
  expect((await fetch(`${url}/bot${BOT_TOKEN}/noSuch`)).status).toBe(404)
})

test('what a person writes and presses comes by polls, from the offset on, until it is confirmed', async () => {
  const { api, hand } = await telegramServer()
  const { body } = await api('sendMessage', { chat_id: ANA, text: 'decide', reply_markup: KEYS })
  expect(body).toMatchObject({ ok: true, result: { message_id: 1, chat: { id: ANA }, text: 'decide' } })
  await hand('say', { text: '/status', reply_to: 1 })
  await hand('press', { message: 1, data: 'a1', who: STRANGER })
  const first = (await api('getUpdates')).body
  expect(first['result']).toMatchObject([
    { message: { text: '/status', from: { id: ANA }, reply_to_message: { message_id: 1 } } },
    { callback_query: { data: 'a1', from: { id: STRANGER }, message: { message_id: 1 } } },
  ])
  expect((await api('getUpdates')).body).toEqual(first)
  const [one] = Array.isArray(first['result']) ? first['result'].filter(isObject) : []
  const offset = Number(one?.['update_id']) + 1
  expect((await api('getUpdates', { offset })).body['result']).toHaveLength(1)
  expect((await api('getUpdates', { offset: 0 })).body['result']).toHaveLength(1)
  expect((await api('getUpdates', { offset: offset + 1 })).body['result']).toEqual([])
})

test('a poll waits for what comes', async () => {
  const { api, hand } = await telegramServer()
  const polled = api('getUpdates', { timeout: 20 })
  await hand('say', { text: 'hello' })
  expect((await polled).body['result']).toMatchObject([{ message: { text: 'hello' } }])
})

test('a second poller ends the first with 409', async () => {
  const { api, hand } = await telegramServer()
  const first = api('getUpdates', { timeout: 20 })
  await new Promise(resolve => void setTimeout(resolve, 100))
  const second = api('getUpdates', { timeout: 20 })
  expect((await first).status).toBe(409)
  await hand('say', { text: 'hello' })
  expect((await second).body['result']).toHaveLength(1)
})

test.each([
  ['<b>bold</b> &lt;i&gt; &amp;', 'bold <i> &', [{ type: 'bold', offset: 0, length: 4 }]],
  [
    'x <a href="https://a.example">y</a>',
    'x y',
    [{ type: 'text_link', offset: 2, length: 1, url: 'https://a.example' }],
  ],
])('markup is read: %s', async (text, says, entities) => {
  const { api } = await telegramServer()
  const { body } = await api('sendMessage', { chat_id: ANA, text, parse_mode: 'HTML' })
  expect(body['result']).toMatchObject({ text: says, entities })
})

test.each([
  [{ text: 'a < b' }, /can't parse entities: Unclosed start tag/],
  [{ text: '<x>' }, /can't parse entities: Unsupported start tag "x" at byte offset 0/],
  [{ text: '<b>a' }, /can't parse entities: Can't find end tag/],
  [{ text: '<b>a</i>' }, /can't parse entities: Unmatched end tag/],
  [{ text: ' ' }, /text is empty/],
  [{ text: 'a'.repeat(4097) }, /too long/],
  [{ text: 'a', chat_id: 5 }, /chat not found/],
  [
    { text: 'a', reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: 'ä'.repeat(33) }]] } },
    /BUTTON_DATA_INVALID/,
  ],
])('%j is a bad request', async (given, why) => {
  const { api, said } = await telegramServer()
  const { status, body } = await api('sendMessage', { chat_id: ANA, parse_mode: 'HTML', ...given })
  expect([status, body['error_code']]).toEqual([400, 400])
  expect(body['description']).toMatch(why)
  expect(await said()).toEqual([])
})

test('too many requests say when to come again', async () => {
  const { api, arm } = await telegramServer()
  await arm({ action: { type: 'status', status: 429 } })
  const { status, body } = await api('sendMessage', { chat_id: ANA, text: 'a' })
  expect(status).toBe(429)
  expect(body).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } })
})

test('a message is edited once, and a press is answered', async () => {
  const { api, hand, url } = await telegramServer()
  await api('sendMessage', { chat_id: GROUP, text: 'decide', reply_markup: KEYS })
  const given = { chat_id: GROUP, message_id: 1, text: 'done' }
  expect((await api('editMessageText', given)).body['result']).toMatchObject({ text: 'done' })
  expect((await api('editMessageText', given)).body['description']).toMatch(/message is not modified/)
  const { id } = await hand('press', { message: 1, data: 'a1' })
  expect((await api('answerCallbackQuery', { callback_query_id: id, text: 'ok then' })).status).toBe(200)
  expect((await api('answerCallbackQuery', { callback_query_id: '1' })).status).toBe(400)
  const page = await (await fetch(url)).text()
  expect(page).toContain('done')
  expect(page).toContain('ok then')
})
