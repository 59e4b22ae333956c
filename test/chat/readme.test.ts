/** The README's section about Telegram, done as it is written. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BOT_TOKEN } from '../../src/sandbox/telegram/identity.ts'
import { newHome, start } from '../cli/support/run.ts'
import { telegramServer } from '../sandbox/telegram/support/server.ts'
import { ROOT } from '../support/root.ts'

test('what the README says about Telegram works as it is written', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const toml = /### Telegram\n[^]*?```toml\n([^]*?)```/.exec(readme)?.[1] ?? ''
  const telegram = await telegramServer()
  const home = newHome({ TELEGRAM_BASE_URL: telegram.url, TELEGRAM_BOT_TOKEN: BOT_TOKEN })
  const config = join(home.dir, 'telegram.toml')
  writeFileSync(config, toml, { mode: 0o600 })
  await telegram.hand('say', { text: '/start' })
  const tried = await home.run('--config', config, 'alert', 'test')
  expect(tried.stdout).toMatch(/^proved +telegram: it took a test notice$/m)
  const bot = start(['--config', config, 'bot'], { env: home.env })
  await bot.output(/listens in 700000001 to 700000001/)
  await telegram.hand('say', { text: '/help' })
  const texts = async (): Promise<string[]> => (await telegram.said()).map(({ text }) => String(text))
  await expect.poll(async () => (await texts()).length, { timeout: 20_000 }).toBe(3)
  const [notice, welcome, help] = await texts()
  expect(notice).toMatch(/^EchoPilot: test: /)
  expect(welcome).toBe(help)
  bot.child.kill('SIGTERM')
  expect((await bot.ended).code).toBe(143)
})
