/** Alerts as the operator meets them: told, listed, acknowledged, put off, tried out; and units that failed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { textLike } from '../integrations/notion/support/facts.ts'
import { rowsOf } from '../support/books.ts'
import { listOf, parseDocument, partOf, type Document } from '../support/document.ts'
import { freePort, httpServer } from '../support/servers.ts'
import { errorOf, newHome, run, type Home } from './support/run.ts'

/** A receiver of notices, a home that sends them there, and what has arrived. */
async function watched(
  status: () => number = () => 200,
): Promise<{ home: Home; texts: () => string[]; keys: () => string[] }> {
  const server = await httpServer(response => {
    response.statusCode = status()
    response.end('no')
  })
  const bodies = (): Document[] => server.arrived.map(({ body }) => parseDocument(body))
  return {
    home: newHome({ ALERT_WEBHOOK_URL: `${server.url}/hooks/T0ken-0123456789` }),
    texts: () => bodies().map(({ text }) => String(text)),
    keys: () => server.arrived.map(({ headers }) => headers[headers.indexOf('idempotency-key') + 1] ?? ''),
  }
}

test('a unit that failed is an alert at once, told to every channel, once', async () => {
  const { home, texts, keys } = await watched()
  const words = ['alert', 'unit', 'echopilot-poll.service', '--result', 'timeout', '--exit-code', '15']
  const ran = await home.run(...words)
  expect(ran).toMatchObject({
    code: 0,
    stdout: 'recorded: echopilot-poll.service failed; it is an alert\nnext: echopilot alert list\n',
    stderr: textLike(/^warn: alert opened: echopilot-poll\.service failed \(timeout, exit 15\) \(/),
  })
  expect(texts()).toEqual([
    'EchoPilot: warning: echopilot-poll.service failed (timeout, exit 15)\nnext: journalctl -u echopilot-poll.service -n 50',
  ])
  expect(keys()[0]).toMatch(/^alert_\w{26}\/notice\/1$/)
  expect(await home.run(...words)).toMatchObject({ code: 0, stderr: '' })
  expect(texts()).toHaveLength(1)
  expect(rowsOf(join(home.stateDir, 'echopilot.db'), 'SELECT unit FROM unit_failures')).toHaveLength(2)
})

test('status begins with what is open, and fails while one of them is critical', async () => {
  const home = newHome()
  await home.run('alert', 'unit', 'echopilot-poll.service')
  const mild = await home.run('status')
  expect(mild.code).toBe(0)
  expect(mild.stdout).toMatch(
    /^EchoPilot .*\n\nAlerts\n {2}warning echopilot-poll\.service failed\n {4}alert_/,
  )
  await home.run('alert', 'unit', 'echopilot-operate.service')
  const grave = await home.run('status')
  expect(grave.code).toBe(1)
  expect(grave.stdout).toMatch(/Alerts\n {2}critical echopilot-operate[^]*\n {2}warning echopilot-poll/)
  expect((await home.run('metrics')).stdout).toContain('echopilot_alerts_open{severity="critical"} 1')
})

test('an alert is acknowledged by its id or cause, and what is mistyped is guessed', async () => {
  const home = newHome()
  await home.run('alert', 'unit', 'echopilot-poll.service')
  const [alert] = listOf(await home.json('alert', 'list'), 'alerts')
  const id = String(alert?.['id'])
  const typo = await home.run('alert', 'ack', 'unit/echopilot-pol.service', '--json')
  expect(typo.code).toBe(66)
  expect(errorOf(typo)).toMatchObject({
    message: 'no alert is open for unit/echopilot-pol.service (did you mean unit/echopilot-poll.service?)',
    hint: 'echopilot alert ack unit/echopilot-poll.service',
  })
  const planned = await home.run('alert', 'ack', id.slice(0, 20), '--dry-run')
  expect(planned.stdout).toMatch(
    /^would be acknowledged: nobody is told until it is over, unless it becomes critical\n/,
  )
  expect((await home.run('alert', 'list')).stdout).not.toContain('acknowledged')
  const done = await home.json('alert', 'ack', 'unit/echopilot-poll.service')
  expect(partOf(done, 'alert')).toMatchObject({
    id,
    silence: { kind: 'acknowledged', by: 'test' },
  })
  expect((await home.run('alert', 'list')).stdout).toMatch(
    /1 alert is open\nwarning .*\n.*\n {2}acknowledged by test/,
  )
  const put = await home.run('alert', 'snooze', id, '--hours', '8')
  expect(put.stdout).toMatch(
    /^snoozed: nobody is told until \d{4}-\d\d-\d\d \d\d:\d\d UTC, unless it becomes critical\n/,
  )
  expect((await home.run('explain', id)).stdout).toMatch(
    /is an alert\nwarning echopilot-poll[^]*snoozed by test/,
  )
  expect(errorOf(await home.run('alert', 'snooze', id, '--hours', '1000', '--json'))).toMatchObject({
    kind: 'usage',
  })
  const file = new Database(join(home.stateDir, 'echopilot.db'))
  file.exec(`UPDATE alerts SET state = 'resolved', resolved_ms = opened_ms; DELETE FROM alert_signals`)
  file.close()
  expect(errorOf(await home.run('alert', 'ack', id, '--json'))).toMatchObject({
    kind: 'refused',
    message: `${id} cannot be acknowledged: it is over`,
  })
  expect((await home.run('alert', 'list')).stdout).toBe('no alert is open\n')
  expect((await home.run('alert', 'list', '--state', 'resolved')).stdout).toMatch(/^resolved echopilot-poll/)
})

test('a test notice tells of each channel whether it works, and that stands until the next one', async () => {
  let status = 200
  const { home, texts } = await watched(() => status)
  const outcomes = (tried: Document): unknown[] =>
    listOf(tried, 'channels').map(({ subject, outcome }) => `${String(subject)} ${String(outcome)}`)
  expect(outcomes(parseDocument((await home.run('alert', 'test', '--dry-run', '--json')).stdout))).toEqual([
    'journal not_proved',
    'webhook not_proved',
    'telegram not_proved',
  ])
  expect(texts()).toEqual([])
  const doctor = async (): Promise<string> => (await home.run('doctor', '--no-spend')).stdout
  expect(await doctor()).toMatch(
    /not proved +webhook\n.*no test notice was sent[^]*fix: echopilot alert test/,
  )
  const proved = await home.run('alert', 'test', '--json')
  expect(proved.code).toBe(0)
  expect(outcomes(parseDocument(proved.stdout))).toEqual([
    'journal proved',
    'webhook proved',
    'telegram not_proved',
  ])
  expect(texts()).toEqual(['EchoPilot: test: alerts of EchoPilot arrive here'])
  expect(await doctor()).toMatch(/^proved +webhook \(was not proved\)\n +it took a test notice$/m)
  status = 404
  const failed = await home.run('alert', 'test')
  expect(failed.code).toBe(1)
  expect(failed.stdout).toMatch(
    /^proved +journal: .*\nfailed +webhook: 404: no\n +fix: set ALERT_WEBHOOK_URL to/,
  )
  expect(await doctor()).toMatch(/^failed +webhook \(was proved\)\n +404: no/m)
  expect((await home.run('status')).code).toBe(1)
  const unset = await run(['alert', 'test'], { env: { ...home.env, ALERT_WEBHOOK_URL: '' }, cwd: home.dir })
  expect(unset).toMatchObject({
    code: 0,
    stdout: textLike(/not proved +webhook: it is not set up\n +fix: set ALERT_WEBHOOK_URL/),
  })
})

test('a channel that cannot be used stops no other: its notice waits for it', async () => {
  const home = newHome({ ALERT_WEBHOOK_URL: 'http://hooks.example.com/T0ken-0123456789' })
  const ran = await home.run('alert', 'unit', 'echopilot-poll.service')
  expect(ran).toMatchObject({ code: 0, stderr: textLike(/alert opened/) })
  expect(ran.stdout + ran.stderr).not.toContain('T0ken')
  const waiting = listOf(await home.json('effect', 'list'), 'effects')
  expect(waiting).toMatchObject([{ what: 'notice of an alert', state: 'pending' }])
  const server = await httpServer(response => response.end())
  const env = { ...home.env, ALERT_WEBHOOK_URL: `${server.url}/x` }
  const delivered = await run(['deliver', '--json'], { env, cwd: home.dir })
  expect(parseDocument(delivered.stdout)).toMatchObject({ delivered: 1, pending: 0 })
  expect(server.arrived).toHaveLength(1)
})

test('where the store cannot be used people are told past it, and it still ends well', async () => {
  const { home, texts } = await watched()
  const file = join(home.dir, 'file')
  writeFileSync(file, '')
  const env = { ...home.env, ECHOPILOT_STATE_DIR: join(file, 'state') }
  const ran = await run(['alert', 'unit', 'echopilot-poll.service'], { env, cwd: home.dir })
  expect(ran).toMatchObject({
    code: 0,
    stdout: textLike(/^not recorded: .* failed; people were told at once\n/),
  })
  expect(texts()).toEqual([textLike(/warning: echopilot-poll\.service failed/)])
  const port = String(await freePort())
  const dead = { ...env, ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/x` }
  const alone = await run(['alert', 'unit', 'echopilot-poll.service', '--json'], { env: dead, cwd: home.dir })
  expect(alone.code).toBe(0)
  expect(parseDocument(alone.stdout)).toMatchObject({
    recorded: false,
    told: 'at once',
    error: textLike(/state folder/),
  })
})

test('where the store takes no more rows people are told past it as well', async () => {
  const { home, texts } = await watched()
  await home.run('queue', 'resume')
  const file = new Database(join(home.stateDir, 'echopilot.db'))
  for (const table of ['operation_records', 'unit_failures']) {
    file.exec(
      `CREATE TRIGGER full_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    )
  }
  file.close()
  const ran = await home.run('alert', 'unit', 'echopilot-poll.service', '--json')
  expect(ran.code).toBe(0)
  expect(parseDocument(ran.stdout)).toMatchObject({
    recorded: false,
    told: 'at once',
    error: textLike(/no room/),
  })
  expect(texts()).toHaveLength(1)
})

test('with a faulty configuration a failed unit is recorded all the same', async () => {
  const home = newHome()
  const faulty = join(home.dir, 'faulty.toml')
  writeFileSync(faulty, 'timezone = "Viena"\n[alerts]\nquiet_hours = "22-7"\n')
  const ran = await home.run(
    '--config',
    faulty,
    'alert',
    'unit',
    'echopilot-poll.service',
    '--json',
    '--quiet',
  )
  expect(ran.code).toBe(0)
  expect(parseDocument(ran.stdout)).toMatchObject({ recorded: true, told: 'alert' })
  const checked = await home.run('--config', faulty, 'config', 'check')
  expect(checked.code).toBe(78)
  expect(checked.stderr).toMatch(
    /line 1: timezone: the name of a time zone[^]*line 3: alerts\.quiet_hours: hours such as/,
  )
})

/** A place where `operate` ended well so many minutes ago. */
async function lookedAfter(minutes: number) {
  const place = await watched()
  await place.home.run('queue', 'resume')
  const file = new Database(join(place.home.stateDir, 'echopilot.db'))
  file
    .prepare(
      `INSERT INTO operation_records (id, operation, actor, owner, started_ms, ended_ms, outcome, program_commit)
       VALUES ('rec_1', 'operate', 'job:operate', 'x', :now, :now, 'ok', 'c')`,
    )
    .run({ now: Date.now() - minutes * 60_000 })
  file.close()
  return place
}

test('while operate runs a failed unit is left to it, unless that is what failed', async () => {
  const { home, texts } = await lookedAfter(4)
  expect(await home.json('alert', 'unit', 'echopilot-poll.service')).toMatchObject({
    told: 'left to operate',
    recorded: true,
  })
  expect(texts()).toEqual([])
  await home.run('alert', 'unit', 'echopilot-operate.service')
  expect(texts()).toEqual([textLike(/critical: echopilot-operate/)])
})

test.each([20, -20])('operate that ran %i min ago looks after nothing', async minutes => {
  const { home, texts } = await lookedAfter(minutes)
  await home.run('alert', 'unit', 'echopilot-poll.service')
  expect(texts()).toEqual([textLike(/warning: echopilot-poll/)])
})

test('what is to be typed names a unit as one word, whatever is in it', async () => {
  const home = newHome()
  await home.run('alert', 'unit', 'a;b.service')
  expect((await home.run('alert', 'list')).stdout).toContain(`next: journalctl -u 'a;b.service' -n 50`)
})

test('the last lines of a log are kept without secrets and addresses, and no longer than they tell', async () => {
  const home = newHome({ OPENAI_API_KEY: 'canary+0123456789+key' })
  const lines = `${'x'.repeat(5000)} ana@example.com used canary+0123456789+key`
  await home.run('alert', 'unit', 'a.service', '--lines', lines, '--result', '')
  const [kept] = rowsOf<{ lines: string; result: string | null }>(
    join(home.stateDir, 'echopilot.db'),
    'SELECT lines, result FROM unit_failures',
  )
  expect(kept?.lines).toMatch(/^x+ \[e-mail\] used \[redacted\]$/)
  expect(kept?.lines).toHaveLength(4000)
  expect(kept?.result).toBe(null)
})
