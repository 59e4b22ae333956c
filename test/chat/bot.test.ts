/** `bot` as a process, on a stand-in of Telegram in whose chat people write. */
import { expect, onTestFinished, test } from 'vitest'
import { ANA, BOT_TOKEN, STRANGER } from '../../src/sandbox/telegram/identity.ts'
import { GROUP } from '../../src/sandbox/telegram/methods.ts'
import { newHome, start, type Home } from '../cli/support/run.ts'
import { BRIEF, sandboxHome } from '../cli/support/sandbox.ts'
import { telegramServer, type TelegramServer } from '../sandbox/telegram/support/server.ts'
import type { Running } from '../support/child.ts'
import { rowsOf } from '../support/books.ts'
import { listOf } from '../support/document.ts'
import { fileOf } from '../serve/support/serve.ts'

function envOf({ url }: TelegramServer): Record<string, string> {
  return {
    TELEGRAM_BASE_URL: url,
    TELEGRAM_BOT_TOKEN: BOT_TOKEN,
    ECHOPILOT_TELEGRAM_CHATS: String(ANA),
    ECHOPILOT_TELEGRAM_USERS: String(ANA),
  }
}

async function listening(home: Home): Promise<Running> {
  const running = start(['bot', '--json'], { env: home.env })
  onTestFinished(async () => {
    running.child.kill('SIGKILL')
    await running.ended
  })
  await running.output(/\n\}\n$/)
  return running
}

/** What the bot said, once it said so much. */
async function saidBy(telegram: TelegramServer, count: number): Promise<string[]> {
  await expect
    .poll(async () => (await telegram.said()).length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(count)
  return (await telegram.said()).map(({ text }) => String(text))
}

async function untilSaid(telegram: TelegramServer, pattern: RegExp): Promise<void> {
  const texts = async (): Promise<string[]> => (await telegram.said()).map(({ text }) => String(text))
  await expect.poll(texts, { timeout: 20_000 }).toContainEqual(expect.stringMatching(pattern))
}

/** Work that waits for a person; its title is the beginning of its brief. */
const LOW = `${BRIEF} [sandbox:score=60]`

test('what is written ends in the same operations as what is typed, and is answered with their documents', async () => {
  const telegram = await telegramServer()
  const home = await sandboxHome(envOf(telegram))
  await home.json('task', 'add', LOW, '--title', `<b>& *_[x](y)~ \u202e${'é'.repeat(10_000)}`)
  await home.run('poll', '--drain')
  const [waiting] = listOf(await home.json('task', 'list'), 'tasks')
  const id = String(waiting?.['id'])
  expect(waiting).toMatchObject({ status: 'Waiting Human' })
  await listening(home)
  await telegram.hand('say', { text: '/status' })
  const [status = ''] = await saidBy(telegram, 1)
  expect(status).toContain('<b>& *_[x](y)~')
  expect(status).not.toContain('\u202e')
  await telegram.hand('say', { text: `/return ${id} shorter & <i>clear</i>` })
  await untilSaid(telegram, /returned/)
  await telegram.hand('say', { text: '/pause until Monday' })
  await untilSaid(telegram, /^paused: until Monday\n/)
  await telegram.hand('say', { text: '/resume' })
  await untilSaid(telegram, /^taking new work again/)
  await telegram.hand('say', { text: '/approve task_00000000' })
  await untilSaid(telegram, /^error: [^]*task_00000000[^]*task list/)
  await telegram.hand('say', { text: 'good morning' })
  await untilSaid(telegram, /^good is no command/)
  const decided = rowsOf<{ actor: string }>(
    fileOf(home),
    `SELECT actor FROM audit_log WHERE kind IN ('task.return', 'queue.pause', 'queue.resume')`,
  )
  expect(decided.map(({ actor }) => actor)).toEqual(Array.from({ length: 3 }, () => `telegram:${ANA}`))
})

test('a stranger, and anybody in another chat, is told nothing, and named once a day', async () => {
  const telegram = await telegramServer()
  const home = newHome(envOf(telegram))
  await listening(home)
  for (let time = 0; time < 5; time += 1) await telegram.hand('say', { text: '/pause', who: STRANGER })
  await telegram.hand('say', { text: '/pause', chat: GROUP })
  await telegram.hand('say', { text: '/pause', who: STRANGER, chat: ANA })
  for (let other = 1; other < 40; other += 1)
    await telegram.hand('say', { text: '/pause', who: 1_000 + other })
  await telegram.hand('say', { text: '/jobs' })
  const said = await saidBy(telegram, 1)
  expect(said).toHaveLength(1)
  expect(said[0]).not.toMatch(/paused/)
  const rows = rowsOf<{ user_id: string; count: number }>(
    fileOf(home),
    'SELECT user_id, chat_id, count FROM chat_strangers ORDER BY user_id',
  )
  expect(rows).toHaveLength(20)
  expect(rows).toContainEqual({ user_id: String(STRANGER), chat_id: String(STRANGER), count: 5 })
  expect(rows).toContainEqual({ user_id: String(ANA), chat_id: String(GROUP), count: 1 })
  const audited = rowsOf(fileOf(home), `SELECT 1 FROM audit_log WHERE kind = 'chat.stranger'`)
  expect(audited).toHaveLength(20)
  expect((await home.json('status'))['queue']).not.toMatchObject({ paused: true })
})

test('what was read is not done again, however the bot ends', async () => {
  const telegram = await telegramServer()
  const home = newHome(envOf(telegram))
  const first = await listening(home)
  // It dies with what it read still unconfirmed: the next poll is what confirms it.
  await telegram.arm({
    match: { path: `/bot${BOT_TOKEN}/getUpdates`, bodyIncludes: 'offset' },
    action: { type: 'hang' },
    times: 100,
  })
  await telegram.hand('say', { text: '/pause' })
  await saidBy(telegram, 1)
  first.child.kill('SIGKILL')
  await first.ended
  await telegram.mend()
  await listening(home)
  await telegram.hand('say', { text: '/resume' })
  expect((await saidBy(telegram, 2)).map(text => text.split(/[ :]/, 1)[0])).toHaveLength(2)
  const begun = rowsOf<{ operation: string }>(
    fileOf(home),
    `SELECT operation FROM operation_records WHERE operation LIKE 'queue %' ORDER BY id`,
  )
  expect(begun.map(({ operation }) => operation)).toEqual(['queue pause', 'queue resume'])
})

test('one polls at a time; another elsewhere, and too many requests, are waited for', async () => {
  const telegram = await telegramServer()
  const home = newHome(envOf(telegram))
  await listening(home)
  const second = await home.spawn('bot')
  expect(second.code).toBe(75)
  expect(second.stderr).toMatch(/bot runs already/)
  await telegram.api('getUpdates', { timeout: 0 })
  await telegram.arm({ match: { bodyIncludes: 'pre' }, action: { type: 'status', status: 429 } })
  await telegram.hand('say', { text: '/jobs' })
  expect(await saidBy(telegram, 1)).toHaveLength(1)
})

test('a bot that nobody could write to, or whose token is none, says what to do', async () => {
  const telegram = await telegramServer()
  const env = envOf(telegram)
  for (const [given, why] of [
    [{}, /no bot is set up[^]*TELEGRAM_BOT_TOKEN/],
    [{ ...env, ECHOPILOT_TELEGRAM_USERS: '' }, /telegram\.users/],
    [{ ...env, TELEGRAM_BOT_TOKEN: '1:wrong' }, /Telegram 401[^]*BotFather/],
  ] as const) {
    const ran = await newHome(given).spawn('bot')
    expect([ran.code, ran.stderr]).toEqual([78, expect.stringMatching(why)])
    expect(ran.stderr).not.toContain('1:wrong')
  }
})

test('/help lists every command', async () => {
  const telegram = await telegramServer()
  await listening(newHome(envOf(telegram)))
  await telegram.hand('say', { text: '/help' })
  const [help = ''] = await saidBy(telegram, 1)
  expect(help).toMatch(/^\/approve ID: Accept a result/m)
})
