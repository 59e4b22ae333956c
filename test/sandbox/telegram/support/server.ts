/** A Telegram stand-in in the test's own process. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { isObject, parseJson, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import { openSandboxServer } from '../../../../src/sandbox/lib/server.ts'
import { BOT_TOKEN } from '../../../../src/sandbox/telegram/identity.ts'
import { TELEGRAM_SERVICE } from '../../../../src/sandbox/telegram/index.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** A running stand-in with the ways to reach it. */
export interface TelegramServer {
  readonly url: string
  /** Calls a method of the Bot API. */
  readonly api: (method: string, given?: JsonObject) => Promise<{ status: number; body: JsonObject }>
  /** What a person does in the chat. */
  readonly hand: (act: 'say' | 'press', given: JsonObject) => Promise<JsonObject>
  readonly arm: (fault: unknown) => Promise<void>
  readonly mend: () => Promise<void>
  /** What the bot said, in order. */
  readonly said: () => Promise<readonly JsonObject[]>
}

/** Opens a stand-in that is closed when the test is over. */
export async function telegramServer(): Promise<TelegramServer> {
  const databaseFile = join(temporaryFolder(), 'telegram.db')
  const server = await openSandboxServer({ definition: TELEGRAM_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${String(server.port)}`
  const post = async (path: string, given: unknown): Promise<{ status: number; body: JsonObject }> => {
    const answer = await fetch(url + path, { method: 'POST', body: JSON.stringify(given) })
    const body = parseJson(await answer.text())
    return { status: answer.status, body: isObject(body) ? body : {} }
  }
  const control = async (path: string, given: unknown): Promise<JsonObject> => {
    const { status, body } = await post(path, given)
    if (status >= 400) throw new Error(JSON.stringify(body))
    return body
  }
  return {
    url,
    api: async (method, given = {}) => post(`/bot${BOT_TOKEN}/${method}`, given),
    hand: async (act, given) => control(`/__sandbox/telegram/${act}`, given),
    arm: async fault => void (await control('/__sandbox/faults', fault)),
    mend: async () => void (await control('/__sandbox/faults/clear', {})),
    said: async () => {
      const ledger = parseJson(await (await fetch(`${url}/__sandbox/ledger`)).text())
      const rows = isObject(ledger) ? ledger['rows'] : null
      return Array.isArray(rows) ? rows.filter(isObject) : []
    },
  }
}
