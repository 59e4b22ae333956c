/** "Get paid" of the README, run as it is written: test mode, a client who pays, live mode. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { payAtLink } from '../../src/commands/demo/pay-page.ts'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { LIVE_KEY } from '../../src/sandbox/stripe/identity.ts'
import { spawn } from '../cli/support/run.ts'
import type { Ended } from '../support/child.ts'
import { startedSandbox } from './support/sandbox.ts'

/** The words of a line of the shell, without the program that they are typed after. */
function wordsIn(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/** The commands of the section, in their order, and what is exported between them. */
function commands(): readonly { readonly kind: 'run' | 'export'; readonly words: readonly string[] }[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const section = readme.split('<!-- get-paid -->')[1]?.split('<!-- /get-paid -->')[0] ?? ''
  return [...section.matchAll(/^\$ (npx echopilot|export) (.*)$/gm)].map(([, program, rest = '']) => ({
    kind: program === 'export' ? 'export' : 'run',
    words: wordsIn(rest),
  }))
}

test('a newcomer who types it is paid in test mode, and is told that live mode is live', async () => {
  const { env, dir } = await startedSandbox()
  const told: string[] = []
  let shell = { ...env }
  let taskId = ''
  const type = async (words: readonly string[]): Promise<Ended> => {
    const typed = words.map(word => (word === '<task>' ? taskId : word))
    const ended = await spawn(typed, { env: shell, cwd: dir })
    told.push(ended.stdout)
    return ended
  }
  const before = commands().findIndex(({ kind }) => kind === 'export')
  for (const { words } of commands().slice(0, before)) {
    expect((await type(words)).code, `${words.join(' ')}\n${told.at(-1) ?? ''}`).toBe(0)
    taskId ||= /task_[0-9a-z]{26}/.exec(told.at(-1) ?? '')?.[0] ?? ''
    const link = words.includes('show') ? /https?:\/\/\S+/.exec(told.at(-1) ?? '')?.[0] : undefined
    if (link !== undefined) await payAtLink(lightFetch(), link, { by: ['card'] })
  }
  // As it is typed without the folder: the store is one of test mode.
  shell = { ...shell, STRIPE_SECRET_KEY: LIVE_KEY }
  const refused = await type(['doctor', '--no-spend'])
  expect(refused.code).toBe(78)
  expect(refused.stdout + refused.stderr).toContain('test mode')
  shell = { ...shell, ECHOPILOT_STATE_DIR: `${dir}/live` }
  const [live] = commands().slice(before + 1)
  expect(await type(live?.words ?? [])).toMatchObject({ code: 0 })
  const all = told.join('\n')
  expect(all).toContain('in test mode: no money moves')
  expect(all).toMatch(/49\.90 USD\s+paid/)
  expect(told.at(-1)).toContain('in live mode: money is real')
}, 60_000)
