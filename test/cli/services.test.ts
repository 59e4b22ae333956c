/** Services that are not there, throttle or refuse the key: what `poll` exits with, and what `status` says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { textLike } from '../integrations/notion/support/facts.ts'
import { KEY } from '../sandbox/support/server.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { freePort } from '../support/servers.ts'
import { errorOf, newHome, run } from './support/run.ts'
import { BRIEF, gatedHome, sandboxHome } from './support/sandbox.ts'

test('a service that cannot be reached is paused: 75, and the work waits', async () => {
  const port = String(await freePort())
  const home = newHome({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })
  await home.json('task', 'add', BRIEF)
  await home.json('task', 'add', BRIEF)
  const ran = await home.run('poll', '--drain', '--json', '--quiet')
  expect(ran.code).toBe(75)
  const report = parseDocument(ran.stdout)
  expect(listOf(report, 'paused')).toMatchObject([{ service: `127.0.0.1:${port}`, cause: 'transient' }])
  expect(listOf(report, 'paused')[0]?.['reason']).toMatch(/ECONNREFUSED/)
  const again = await home.run('poll', '--drain')
  expect(again.code).toBe(75)
  expect(again.stdout).toMatch(
    /^paused 127\.0\.0\.1:\d+: connect .*waiting, next try in \d+ (s|min) \(echopilot doctor\)$/m,
  )
  const status = await home.run('status')
  expect(status.code).toBe(1)
  expect(status.stdout).toMatch(/Services\n {2}paused 127\.0\.0\.1:\d+ \(gpt-4o\) for /)
})

test('a refused key is a matter of configuration: 78, until another one is set', async () => {
  const home = await sandboxHome({ OPENAI_API_KEY: 'sk-invalid-000000000000' })
  await home.json('task', 'add', BRIEF)
  const ran = await home.run('poll', '--drain', '--json', '--quiet')
  expect(ran.code).toBe(78)
  expect(listOf(parseDocument(ran.stdout), 'paused')).toMatchObject([{ cause: 'credential', waiting: 1 }])
  const mended = await run(['poll', '--drain', '--quiet'], { env: { ...home.env, OPENAI_API_KEY: KEY } })
  expect(mended.code).toBe(0)
  expect((await home.run('status')).code).toBe(0)
})

test('an address that is wrong is paused with what to set, listed, and resumed by hand', async () => {
  const home = await sandboxHome()
  const base = new URL(String(home.env['OPENAI_BASE_URL'])).origin
  const wrong = { env: { ...home.env, OPENAI_BASE_URL: base } }
  await home.json('task', 'add', BRIEF)
  const ran = await run(['poll', '--drain', '--quiet'], wrong)
  expect(ran.code).toBe(78)
  expect(ran.stdout).toMatch(
    /^paused 127\.0\.0\.1:\d+: 404.*lacks its end: most services are at http.*\/v1\)$/m,
  )
  const { host } = new URL(base)
  const listed = await home.json('service', 'list')
  expect(listOf(listed, 'services')).toMatchObject([{ service: host, model: 'gpt-4o', cause: 'credential' }])
  expect((await home.run('service', 'list')).stdout).toMatch(
    /^paused 127\.0\.0\.1:\d+ \(gpt-4o\) for \d+ s, next try in \d+ min \(echopilot doctor\)\n {2}.*404[^]*fix: openai/,
  )
  expect((await home.run('status')).stdout).toMatch(/Services\n {2}paused[^]*fix: openai\.base_url/)
  const typo = await home.run('service', 'resume', `${host}0`, '--json')
  expect(typo.code).toBe(66)
  expect(errorOf(typo)).toMatchObject({
    message: `no service ${host}0 is paused (did you mean ${host}?)`,
    hint: `echopilot service resume ${host}`,
  })
  expect(await home.json('service', 'resume', host, '--dry-run')).toMatchObject({
    paused: true,
    changed: false,
  })
  expect(listOf(await home.json('service', 'list'), 'services')).toHaveLength(1)
  expect(await home.json('service', 'resume', host)).toMatchObject({ changed: true })
  expect((await home.run('service', 'resume', host)).stdout).toBe('it was not paused\n')
  expect((await home.run('service', 'list')).stdout).toBe('no service is paused\n')
})

test('what doctor proved is not paused any more, and work goes on at once', async () => {
  let refuses = true
  const home = await gatedHome(({ method }) =>
    refuses && method === 'POST'
      ? { status: 401, body: '{"error":{"message":"no","code":"invalid_api_key"}}' }
      : null,
  )
  await home.json('task', 'add', BRIEF)
  expect((await home.run('poll', '--drain', '--quiet')).code).toBe(78)
  refuses = false
  // Nothing has told yet that the key is good again.
  expect((await home.run('poll', '--drain', '--quiet')).code).toBe(78)
  expect((await home.run('doctor', '--dry-run')).code).toBe(0)
  expect(listOf(await home.json('service', 'list'), 'services')).toHaveLength(1)
  await home.json('doctor')
  expect(listOf(await home.json('service', 'list'), 'services')).toEqual([])
  expect(listOf(await home.json('poll', '--drain'), 'runs')).toMatchObject([{ status: 'Done' }])
})

test('doctor forgets the pause of a key that is not used any more', async () => {
  const home = await sandboxHome()
  await home.json('task', 'add', BRIEF)
  const refused = { env: { ...home.env, OPENAI_API_KEY: 'sk-invalid-000000000000' } }
  expect((await run(['poll', '--drain', '--quiet'], refused)).code).toBe(78)
  expect((await run(['doctor'], refused)).code).toBe(1)
  expect(listOf(await home.json('service', 'list'), 'services')).toHaveLength(1)
  await home.json('doctor')
  expect(listOf(await home.json('service', 'list'), 'services')).toEqual([])
})

test('some done, the rest waits for a paused service: 3', async () => {
  const home = await gatedHome(({ body }) =>
    body.includes('Second')
      ? { status: 401, body: '{"error":{"message":"no","code":"invalid_api_key"}}' }
      : null,
  )
  await home.json('task', 'add', `First: ${BRIEF}`, '--priority', 'High')
  await home.json('task', 'add', `Second: ${BRIEF}`)
  const ran = await home.run('poll', '--drain', '--concurrency', '1', '--json', '--quiet')
  expect(ran.code).toBe(3)
  const report = parseDocument(ran.stdout)
  expect(listOf(report, 'runs').map(({ status }) => status)).toEqual(['Done', 'Queued'])
})

test('doctor proves what there is and names what is not: 1', async () => {
  const home = await sandboxHome()
  const fine = await home.json('doctor')
  expect(listOf(fine, 'proofs').map(({ outcome }) => outcome)).not.toContain('failed')
  const ran = await run(['doctor', '--json'], { env: { ...home.env, OPENAI_API_KEY: 'sk-invalid-00000' } })
  expect(ran.code).toBe(1)
  const proofs = listOf(parseDocument(ran.stdout), 'proofs')
  expect(proofs.find(({ subject }) => subject === 'model service')).toMatchObject({
    outcome: 'failed',
    previous: 'proved',
    fix: 'set a valid OPENAI_API_KEY (or JUDGE_API_KEY), then `echopilot doctor`',
  })
  expect((await home.run('status')).code).toBe(1)
})

test('missing credentials are all named, each with every place to set it: 78', async () => {
  const home = newHome()
  const config = join(home.dir, 'config.toml')
  writeFileSync(
    config,
    '[judge]\nbase_url = "https://api.openai.com/v1/"\n[openai]\nbase_url = "https://api.openai.com/v1"\n',
  )
  const ran = await home.run('poll', '--config', config, '--json')
  expect(ran.code).toBe(78)
  const message = String(errorOf(ran)['message'])
  expect(message).toMatch(/^2 credentials are missing:\n {2}OPENAI_API_KEY .*\n {2}JUDGE_API_KEY .*$/)
  for (const name of ['OPENAI_API_KEY', 'JUDGE_API_KEY']) {
    expect(message).toContain(
      `the variable ${name}, or ${name}_FILE, or write it to ${home.dir}/secrets/${name.toLowerCase()} (mode 0600)`,
    )
  }
  // What needs no model works all the same.
  expect((await home.run('task', 'list', '--config', config)).code).toBe(0)
})

test('what is not probed any more is neither proved nor failed', async () => {
  const home = await sandboxHome()
  const elsewhere = { env: { ...home.env, ECHOPILOT_GENERATE_MODEL: 'gpt-nowhere' } }
  expect((await run(['doctor'], elsewhere)).code).toBe(1)
  expect((await home.run('status')).code).toBe(1)
  await home.json('doctor')
  const subjects = listOf(await home.json('status'), 'proofs').map(({ subject }) => subject)
  expect(subjects).toContain('model gpt-4o')
  expect(subjects).not.toContain('model gpt-nowhere')
  expect((await home.run('status')).code).toBe(0)
})

test('doctor says of a service that answered that it did, not that nobody was reached', async () => {
  const home = await sandboxHome({ OPENAI_API_KEY: 'sk-invalid-000000000000' })
  const ran = await home.run('doctor', '--json')
  const proofs = listOf(parseDocument(ran.stdout), 'proofs')
  expect(proofs.find(({ subject }) => subject === 'model gpt-4o')).toMatchObject({
    outcome: 'not_proved',
    detail: textLike(/^127\.0\.0\.1:\d+ did not list its models$/),
  })
})

test('one is one, and more are more', async () => {
  const home = await gatedHome(() => ({ status: 500, body: '{"error":{"message":"no"}}' }))
  await home.json('task', 'add', BRIEF)
  expect((await home.run('poll', '--drain', '--quiet')).stdout).toContain('\n1 waits for its next attempt\n')
  const other = await sandboxHome()
  await other.json('task', 'add', BRIEF)
  await other.json('process')
  expect((await other.run('status')).stdout).toMatch(/today {7}\$\S+ in 1 call\n/)
})
