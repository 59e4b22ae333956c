/** SDKs are slow to load: what needs none must not. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BIN, run } from '../../cli/support/run.ts'
import { BRIEF, sandboxHome } from '../../cli/support/sandbox.ts'

/** Writes down each module that is loaded, of either kind. */
const HOOK = `import { registerHooks } from 'node:module'
import { appendFileSync } from 'node:fs'
const list = process.env.LOADED_MODULES
registerHooks({
  load(url, context, next) {
    appendFileSync(list, url + '\\n')
    return next(url, context)
  },
})`

test('no SDK is loaded by commands that call no service; poll loads the one that it calls', async () => {
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF)
  const hook = join(home.dir, 'hook.mjs')
  writeFileSync(hook, HOOK)
  const loaded = async (...words: readonly string[]): Promise<string> => {
    const list = join(home.dir, 'modules.txt')
    writeFileSync(list, '')
    const program = [process.execPath, '--import', hook, BIN]
    const ran = await run(words, { env: { ...home.env, LOADED_MODULES: list }, cwd: home.dir, program })
    expect(ran, words.join(' ')).toMatchObject({ code: 0, stderr: '' })
    return readFileSync(list, 'utf8')
  }
  for (const words of [
    ['--version'],
    ['--help'],
    ['task', 'list'],
    ['status'],
    ['config', 'show'],
    ['config', 'check'],
    ['poll', '--drain', '--dry-run'],
    ['completion', 'bash'],
  ]) {
    const modules = await loaded(...words)
    expect(modules, words.join(' ')).toMatch(/src\/main\.ts$/m)
    expect(modules, words.join(' ')).not.toMatch(/node_modules\/(?:openai|@notionhq)\//)
  }
  expect(await loaded('poll', '--drain')).toMatch(/node_modules\/openai\//)
})
