/** `echopilot demo`: a whole day from nothing, whatever the caller's environment holds. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/kernel/real-world.ts'
import { callCli } from '../support/cli.ts'
import { listOf, parseDocument, partOf, type Document } from '../support/document.ts'
import { realWorld } from '../support/real-world.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { errorOf, spawn, start } from '../cli/support/run.ts'
import { PACKED } from '../support/child.ts'

const COLUMNS = 80

/** What became of each task, without what differs from run to run. */
function outcomes(day: Document): unknown {
  return listOf(day, 'tasks').map(({ title, status, score, versions, costUsd, reason, note }) => ({
    title,
    status,
    score,
    versions,
    costUsd,
    // The service is named by its port, which is another one each day.
    reason: String(reason).replace(/:\d+/, ''),
    note,
  }))
}

/** The same of the night. */
function nightOutcomes(day: Document): unknown {
  const night = partOf(day, 'night')
  const [job, repeated, alert] = [partOf(night, 'job'), partOf(night, 'replay'), partOf(night, 'alert')]
  return {
    job: [job['outcome'], job['late'], timeOf(job['slotMs']), timeOf(job['startedMs'])],
    replay: [repeated['title'], repeated['errorClass'], repeated['status'], repeated['costUsd']],
    atMostUsd: repeated['atMostUsd'],
    alert: [alert['cause'], alert['message'], timeOf(alert['openedMs']), timeOf(alert['resolvedMs'])],
    audit: partOf(night, 'audit')['outcome'],
    proved: night['proved'],
  }
}

function timeOf(ms: unknown): string {
  return new Date(Number(ms)).toISOString().slice(11, 16)
}

/** In the smallest unit, each currency by itself. */
const SUMS = [
  {
    currency: 'EUR',
    billed: 58_340,
    paid: 38_800,
    open: 2500,
    onInvoice: 17_040,
    refunded: 0,
    disputed: 12_000,
  },
  { currency: 'GBP', billed: 14_050, paid: 9500, open: 4550, onInvoice: 0, refunded: 0, disputed: 0 },
  { currency: 'USD', billed: 40_000, paid: 40_000, open: 0, onInvoice: 0, refunded: 4000, disputed: 0 },
]

const NIGHT = {
  job: ['ok', true, '02:20', '08:00'],
  replay: ['Winter opening hours', 'transient', 'Done', '0.001806'],
  atMostUsd: '0.155193',
  alert: ['service/notion', 'not delivered: 4 wait for notion, the oldest for 20 min', '17:45', '08:25'],
  audit: 'proved',
  proved: true,
}

/** What became of the money, by titles, without ids and instants. */
function moneyOutcomes(day: Document): unknown {
  const money = partOf(day, 'money')
  const tasks = listOf(money, 'tasks').map(task => {
    const payments = listOf(task, 'payments').map(({ state, seenBy, refundedMinor, disputes }) => {
      return [state, seenBy, refundedMinor, Array.isArray(disputes) ? disputes.length : null]
    })
    return [task['title'], task['amount'], task['status'], task['openMinor'], payments]
  })
  return { tasks, sums: money['sums'], payments: partOf(money, 'ledger')['payments'] }
}

/** What the commands that the demo ends with print, pasted into a shell. */
async function pasted(dir: string, commands: string): Promise<string> {
  const script = `echopilot() { "${process.execPath}" "${PACKED}" "$@"; }\n${commands}`
  const ran = await spawn([], { env: { HOME: dir }, cwd: dir, program: ['/bin/bash', '-c', script] })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return ran.stdout
}

async function demo(dir: string, ...words: readonly string[]): Promise<Document> {
  const ran = await spawn(['demo', '--fast', '--json', ...words], { env: { HOME: dir }, cwd: dir })
  expect(ran.code).toBe(0)
  return parseDocument(ran.stdout)
}

test('a day on one screen, with a folder to explore; and once more in the same folder', async () => {
  const dir = temporaryFolder()
  const folder = join(dir, 'echopilot-demo')
  let paste = ''
  for (const words of [['demo'], ['demo', '--fast']]) {
    const ran = await spawn(words, { env: { HOME: dir }, cwd: dir })
    expect(ran.code).toBe(0)
    expect(`${ran.stdout}\n${ran.stderr}`.split('\n').filter(line => line.length > COLUMNS)).toEqual([])
    expect(ran.stdout).toMatch(/^task +status +score +cost USD +what it shows\n/)
    expect(ran.stdout).toMatch(/^proved: receipts and the service's own ledger agree: \d+ calls/m)
    expect(ran.stdout).toMatch(/^ {2}08:00 {2}operate runs the job replay, late for its slot of 02:20: ok$/m)
    expect(ran.stdout).toMatch(
      /^ {2}proved: the audit chain of \d+ rows is whole; its head:\n {4}\d+:[0-9a-f]{64}$/m,
    )
    expect(ran.stdout).toMatch(/^ {2}executive +Executive report, \d{4}-\d\d-\d\d: \d+ things need you$/m)
    expect(ran.stdout).toMatch(/^ {2}proved: the mailbox of ana@sandbox\.example holds each of them once\.$/m)
    expect(ran.stdout).toMatch(/^ {2}Spring newsletter +95\.00 GBP +paid, after a card that was declined$/m)
    expect(ran.stdout).toMatch(/^ {2}Veggie box .*: no webhook came, the scan found it$/m)
    expect(ran.stdout).toMatch(/^ {2}Hygienist onboarding +160\.00 USD +paid, and partly given back$/m)
    expect(ran.stdout).toMatch(/^ {4}6 payments with their fees, 1 refund, 1 dispute\.$/m)
    expect(ran.stdout).toMatch(/^ {2}Brief zum .* paid, disputed: answer before \d{4}-\d\d-\d\d$/m)
    expect(ran.stdout).toMatch(/^ {2}proved: what is done was billed, and is paid, open or on invoice/m)
    expect(ran.stdout).toMatch(/^ {2}proved: the store and Stripe's own ledger agree to the cent:$/m)
    // Told before it began: by the job itself.
    expect(ran.stderr).toMatch(
      / {2}run job: replay\n {2}1 replay, at most \$0\.155193 together\n[^]+ {2}Winter opening hours +judge +98 +→ Done\n/,
    )
    expect(ran.stdout + ran.stderr).not.toContain(String.fromCodePoint(27))
    paste = ran.stdout.slice(ran.stdout.indexOf('\n  in another shell:\n'))
    expect(ran.stdout).toContain('\n    echopilot sandbox --dir echopilot-demo\n')
    // What somebody keeps there is not the demo's to remove; what an earlier demo left is.
    if (words.length > 1) continue
    writeFileSync(join(folder, 'notes.md'), 'mine')
    writeFileSync(join(folder, 'results/mine.md'), 'mine')
    writeFileSync(join(folder, 'receipts/99-of-an-older-demo.json'), '{}')
  }
  expect(readFileSync(join(folder, 'notes.md'), 'utf8')).toBe('mine')
  expect(readFileSync(join(folder, 'results/mine.md'), 'utf8')).toBe('mine')
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['day.json', 'receipts', 'results', 'state']))
  expect(readFileSync(join(folder, 'executive-report.pdf'), 'latin1')).toMatch(/^%PDF-/)
  expect(readdirSync(join(folder, 'receipts'))).toHaveLength(14)
  // Nothing but that folder was written.
  expect(readdirSync(dir)).toEqual(['echopilot-demo'])
  const sandbox = start(['sandbox', '--dir', 'echopilot-demo', '--port', '0'], {
    env: { HOME: dir },
    cwd: dir,
  })
  await sandbox.output(/ECHOPILOT_STATE_DIR/)
  const commands = paste.split('\n').filter(line => line.startsWith('    '))
  const [source = '', status = '', ...others] = commands
  expect([source, status]).toEqual(['    source echopilot-demo/env.sh', '    echopilot status'])
  // 1: some tasks failed.
  expect(await pasted(dir, `${source}\n${status} || test $? = 1\n${others.join(' &&')}`)).toMatch(
    /^EchoPilot .*Failed-Final 3.*^Market for heat pumps$.*^task_\w+ is a task$/ms,
  )
  sandbox.child.kill('SIGTERM')
  expect(await sandbox.ended).toMatchObject({ code: 143 })
})

test('a folder of somebody else is refused, and left alone', async () => {
  const dir = temporaryFolder()
  writeFileSync(join(dir, 'thesis.md'), 'mine')
  const ran = await spawn(['demo', '--dir', '.', '--json'], { env: { HOME: dir }, cwd: dir })
  expect(ran.code).toBe(65)
  expect(errorOf(ran)).toMatchObject({ kind: 'refused', hint: 'echopilot demo --dir another-folder' })
  expect(readdirSync(dir)).toEqual(['thesis.md'])
})

test('the same outcomes at any concurrency, in an empty folder, and in a poisoned environment, of which it reads nothing', async () => {
  const dir = temporaryFolder()
  // Whoever opens one of these waits for ever: a read would not go unnoticed.
  const trap = join(dir, 'trap')
  execFileSync('mkfifo', [trap])
  mkdirSync(join(dir, 'config/secrets'), { recursive: true })
  mkdirSync(join(dir, 'clean'))
  const clean = await demo(dir, '--dir', 'clean', '--concurrency', '1')
  const poison = {
    HOME: join(dir, 'nobody'),
    ECHOPILOT_CONFIG: trap,
    ECHOPILOT_STATE_DIR: trap,
    STATE_DIRECTORY: '/nonexistent',
    CREDENTIALS_DIRECTORY: join(dir, 'config'),
    XDG_CONFIG_HOME: trap,
    XDG_STATE_HOME: trap,
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    OPENAI_API_KEY: 'sk-of-the-caller-000000',
    OPENAI_API_KEY_FILE: trap,
    JUDGE_API_KEY_FILE: trap,
    OPENAI_ORG_ID: 'org-of-the-caller',
    OPENAI_PROJECT_ID: 'proj-of-the-caller',
    OPENAI_LOG: 'debug',
    ECHOPILOT_JUDGE_BASE_URL: 'nonsense',
    ECHOPILOT_QA_THRESHOLD: '100',
    ECHOPILOT_BUDGET_DAY_USD: '0.000001',
    ECHOPILOT_GENERATE_MODEL: 'gpt-9',
    TZ: 'Pacific/Kiritimati',
  }
  const ran = await spawn(['demo', '--fast', '--json', '--dir', 'poisoned', '--concurrency', '16'], {
    env: poison,
    cwd: dir,
  })
  expect(ran.code).toBe(0)
  const poisoned = parseDocument(ran.stdout)
  expect(outcomes(poisoned)).toEqual(outcomes(clean))
  expect(poisoned['ledger']).toEqual(clean['ledger'])
  expect(moneyOutcomes(poisoned)).toEqual(moneyOutcomes(clean))
  const usual = await demo(dir, '--dir', 'usual', '--concurrency', '4')
  expect(outcomes(usual)).toEqual(outcomes(clean))
  for (const day of [clean, poisoned, usual]) {
    expect(day).toMatchObject({ proved: true, pagesAgree: true, money: { tied: true, proved: true } })
    expect(partOf(day, 'money')['sums']).toEqual(SUMS)
    expect(nightOutcomes(day)).toEqual(NIGHT)
  }
  expect(existsSync(poison.HOME)).toBe(false)
  for (const file of readdirSync(join(dir, 'poisoned'), { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    expect(readFileSync(join(file.parentPath, file.name)).includes('of-the-caller')).toBe(false)
  }
})

test.each([
  ['when maintain is to be run as well', '2026-12-06T09:00:00Z'],
  ['while another morning is not over', '2026-12-01T08:10:00Z'],
  ['at the turn of a month', '2026-12-01T09:00:00Z'],
])('the night goes the same way %s', async (_when, now) => {
  const dir = temporaryFolder()
  const clock = realClock()
  const aheadMs = Date.parse(now) - clock.now()
  const world = realWorld({
    clock: { ...clock, now: () => clock.now() + aheadMs },
    env: {},
    cwd: dir,
    homeDir: dir,
  })
  const ran = await callCli(['demo', '--fast', '--json'], { world })
  expect(ran.code).toBe(0)
  const day = parseDocument(ran.stdout)
  expect(nightOutcomes(day)).toEqual(NIGHT)
  expect(partOf(day, 'money')).toMatchObject({ tied: true, proved: true, sums: SUMS })
  // What it leaves is of no time to come: commands that are typed next would find a clock that went back.
  expect(partOf(partOf(day, 'night'), 'alert')['resolvedMs']).toBeLessThan(Date.parse(now))
})
