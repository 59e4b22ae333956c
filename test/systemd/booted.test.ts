/** From nothing to a verified installation on a real systemd, by the commands of the README, and what it does there. */
import { expect, test } from 'vitest'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { hasRoot, SUITES } from './support/machine.ts'
import { makeNewer } from '../support/newer.ts'
import {
  atTerminal,
  BRIEF,
  commandsOfReadme,
  configOf,
  eventually,
  isOfPackages,
  openOffice,
  type Office,
} from './support/installation.ts'

/** Of a unit that is made to fail. */
const LAST_WORDS = 'its last words'

const JOBS = Object.keys(SCHEDULE)

test.for(SUITES)('%s', { timeout: 900_000 }, async (suite, { skip }) => {
  skip(!hasRoot(suite), 'not proved: there is no root file system of it')
  expect(commandsOfReadme().length).toBeLessThanOrEqual(8)
  const office = await openOffice(suite)
  await installByReadme(office)
  await unitsAreGood(office)
  await pollWorksOnItsSlot(office)
  await failureIsOneAlert(office)
  await missedJobIsCaughtUp(office)
  await serveAnswersThroughItsSocket(office)
  await rootUsesTheirStore(office)
  await ctrlCFinishesTheItem(office)
  await upgradeGoesOn(office)
  await rebootGoesOn(office)
  await journalIsForPrograms(office)
  await nothingTellsSecrets(office)
  await uninstallLeavesTheState(office)
})

/** Each command as it is written there. */
async function installByReadme(office: Office): Promise<void> {
  for (const command of commandsOfReadme().filter(each => !isOfPackages(each))) {
    if (command.includes('systemd install'))
      await atTerminal(office, command, question => answer(office, question))
    else await office.machine.ok(command.replace(/--parent \S+/, ''))
    // In the place of the editor: the services are those of this machine.
    if (command.includes('config init')) office.machine.write('/etc/echopilot/config.toml', configOf(office))
  }
  const proofs = listOf(await office.json('echopilot systemd verify'), 'proofs')
  expect(proofs.filter(({ outcome }) => outcome === 'failed')).toEqual([])
  expect(proofs.filter(({ outcome }) => outcome === 'proved').map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['units', 'state', 'NOTION_TOKEN', 'OPENAI_API_KEY', 'echopilot-poll.timer']),
  )
}

function answer({ keys }: Office, question: string): string {
  if (question.includes('[y/N]')) return 'y'
  const [, name = ''] = /([A-Z][A-Z_]+) \(/.exec(question) ?? []
  return keys.get(name) ?? ''
}

/** Units load without a word, are as closed as they shall be, and can reach nothing that they should not. */
async function unitsAreGood({ machine }: Office): Promise<void> {
  const services = [
    ...JOBS.map(job => `echopilot-${job}.service`),
    'echopilot-alert@x.service',
    'echopilot-serve.service',
  ]
  const others = [...JOBS.map(job => `echopilot-${job}.timer`), 'echopilot-serve.socket', 'echopilot.target']
  const units = [...services, ...others]
  expect(await machine.run(`systemd-analyze verify --man=no ${units.join(' ')}`)).toMatchObject({
    code: 0,
    stdout: '',
    stderr: '',
  })
  for (const service of services) {
    const offline = (await machine.ok(`systemctl cat ${service}`)).includes('PrivateNetwork=yes')
    const most = offline ? 5 : 15
    const scored = await machine.run(
      `systemd-analyze security --no-pager --threshold=${String(most)} ${service}`,
    )
    expect(scored.code, scored.stdout).toBe(0)
  }
}

/** A row that is ticked between two slots is done by the next one, with no hand. */
async function pollWorksOnItsSlot({ tick, json }: Office): Promise<void> {
  await tick('Compare invoicing tools')
  await eventually(async () => {
    const tasks = listOf(await json('echopilot task list'), 'tasks')
    expect(tasks.filter(({ status }) => status === 'Done')).toHaveLength(1)
  })
  const [run] = listOf(await json('echopilot jobs show poll'), 'runs')
  expect(run).toMatchObject({ outcome: 'ok', late: false })
}

/** One alert, with the last words of what failed, and the unit starts again at its next slot. */
async function failureIsOneAlert({ machine, json }: Office): Promise<void> {
  const override = '/run/systemd/system/echopilot-replay.service.d/fails.conf'
  machine.write(override, `[Service]\nExecStart=\nExecStart=/bin/sh -c "echo ${LAST_WORDS} >&2; exit 70"\n`)
  await machine.ok('systemctl daemon-reload')
  for (let times = 0; times < 2; times += 1) {
    expect((await machine.run('systemctl start echopilot-replay.service')).code).toBe(1)
    await eventually(async () =>
      expect(
        await machine.ok('systemctl list-units --no-legend --state=activating "echopilot-alert@*"'),
      ).toBe(''),
    )
    // It runs every five minutes, and is not waited for.
    await machine.run('echopilot operate')
  }
  const alerts = listOf(await json('echopilot alert list'), 'alerts')
  expect(
    alerts.filter(alert => JSON.stringify(alert).includes('unit/echopilot-replay.service')),
  ).toHaveLength(1)
  expect(await machine.ok(nodeInStore('SELECT lines FROM unit_failures'))).toContain(LAST_WORDS)
  const verify = await machine.run('echopilot systemd verify')
  expect(verify.code).toBe(1)
  expect(verify.stdout).toContain('echopilot-replay.service')
  await machine.ok(
    `rm ${override} && systemctl daemon-reload && systemctl reset-failed echopilot-replay.service`,
  )
}

/** What was missed while the machine was off runs once, at once, and is marked as late. */
async function missedJobIsCaughtUp({ machine, json }: Office): Promise<void> {
  const invocation = async (): Promise<string> =>
    machine.ok('systemctl show -p InvocationID --value echopilot-replay.service')
  const before = await invocation()
  const stamp = '/var/lib/systemd/timers/stamp-echopilot-replay.timer'
  await machine.ok(`systemctl stop echopilot-replay.timer && touch -d '3 days ago' ${stamp}`)
  await machine.ok('systemctl start echopilot-replay.timer')
  await eventually(async () => {
    expect(await invocation()).not.toBe(before)
    const runs = listOf(await json('echopilot jobs show replay'), 'runs')
    expect(runs.filter(({ outcome, late }) => outcome === 'ok' && late === true)).toHaveLength(1)
  })
}

/** The first request starts it; one that is sent when it was killed waits for the next, and that it died is told. */
async function serveAnswersThroughItsSocket({ machine, json }: Office): Promise<void> {
  const ask = 'curl --silent --fail --max-time 60 http://127.0.0.1:4780/health/live'
  expect(await machine.ok(ask)).toBe('{"status":"live"}')
  await machine.ok('systemctl restart echopilot-serve.service')
  // Not all of its unit: that may hit what is to tell of it.
  await machine.ok('systemctl kill --kill-whom=main --signal=SIGKILL echopilot-serve.service')
  expect(await machine.ok(ask)).toBe('{"status":"live"}')
  await eventually(async () => {
    await machine.run('echopilot operate')
    const alerts = listOf(await json('echopilot alert list'), 'alerts')
    expect(JSON.stringify(alerts)).toContain('unit/echopilot-serve.service')
  })
  await machine.ok('systemctl stop echopilot-serve.service')
}

/** A command of root sees what the timers see, and leaves nothing that they cannot write. */
async function rootUsesTheirStore({ machine, json }: Office): Promise<void> {
  const title = 'Typed by root for $100, ${PATH} and $$'
  machine.write('/root/typed.sh', `exec echopilot task add --title '${title}' -`)
  const added = await machine.run('sh /root/typed.sh', 'Say hello to the world, in a friendly way.')
  expect(added).toMatchObject({ code: 0 })
  const titles = listOf(await json('echopilot task list'), 'tasks').map(each => each['title'])
  expect(titles).toContain(title)
  expect((await machine.run('echopilot task show task_nosuchtask')).code).toBe(66)
  expect(await machine.ok('find /var/lib/echopilot ! -user echopilot')).toBe('')
  expect((await machine.run('ls /root/.local')).code).not.toBe(0)
}

async function rebootGoesOn(office: Office): Promise<void> {
  const { machine, tick, json } = office
  await machine.reboot()
  await office.openServices()
  await tick('After the reboot')
  await eventually(async () => {
    const tasks = listOf(await json('echopilot task list'), 'tasks')
    expect(tasks.filter(({ status }) => status === 'Done')).toHaveLength(5)
  })
}

/** What root types runs elsewhere, and its Ctrl-C reaches it there: the item in hand is finished. */
async function ctrlCFinishesTheItem({ machine, delayModel, json }: Office): Promise<void> {
  await eventually(async () => {
    const tasks = listOf(await json('echopilot task list'), 'tasks')
    expect(tasks.filter(({ status }) => status !== 'Done')).toEqual([])
  })
  await machine.ok('systemctl stop echopilot-poll.timer')
  await eventually(async () =>
    expect((await machine.run('systemctl is-active echopilot-poll.service')).stdout).toBe('inactive\n'),
  )
  await machine.ok('echopilot task add --title "Stopped by hand" -', BRIEF)
  await delayModel(10_000)
  const { stdout, type, ended } = machine.start('exec script -qec "echopilot poll --drain" /dev/null')
  const statusOf = async (): Promise<unknown> =>
    listOf(await json('echopilot task list'), 'tasks').find(({ title }) => title === 'Stopped by hand')?.[
      'status'
    ]
  await eventually(async () => expect(await statusOf()).toBe('Processing'))
  type('\x03')
  const end = await ended
  expect(end.code, end.stdout).toBe(130)
  expect(stdout.text()).toContain('told to stop')
  // It was generated, and is judged by whoever comes next.
  expect(await statusOf()).not.toBe('Queued')
  await machine.ok('systemctl start echopilot-poll.timer')
  await eventually(async () => expect(await statusOf()).toBe('Done'))
}

const PROGRAM = '/usr/local/lib/node_modules/echopilot'

/** A newer program in the place of the one whose timers run: what is at work ends, what comes next goes on. */
async function upgradeGoesOn({ machine, tick, delayModel, json }: Office): Promise<void> {
  await machine.ok(`cp -a ${PROGRAM} /opt/newer && cp -a ${PROGRAM} /opt/older`)
  makeNewer(machine.path('/opt/newer'))
  await delayModel(20_000)
  await tick('Worked through an upgrade')
  await eventually(async () => {
    const tasks = listOf(await json('echopilot task list'), 'tasks')
    expect(tasks.map(({ status }) => status)).toContain('Processing')
  })
  await machine.ok(`mv ${PROGRAM} /opt/gone && mv /opt/newer ${PROGRAM}`)
  // The schema is left alone while the older one works by it: later, and no failure of a unit.
  await machine.ok('systemctl start echopilot-operate.service')
  const status = 'systemctl show -p ExecMainStatus --value'
  expect(await machine.ok(`${status} echopilot-operate.service`)).toBe('75\n')
  await eventually(async () => {
    const tasks = listOf(await json('echopilot task list'), 'tasks')
    expect(tasks.filter(({ status: each }) => each === 'Done')).toHaveLength(4)
  })
  expect(await machine.ok(nodeInStore("SELECT name FROM sqlite_schema WHERE name = 'newer'"))).toContain(
    'newer',
  )
  expect(await machine.ok('systemctl list-units --failed --no-legend "echopilot-*"')).toBe('')
  expect([0, 74, 75, 143]).toContain(Number(await machine.ok(`${status} echopilot-poll.service`)))
  // The older one finds a store that it does not know, and leaves it as it is.
  const older = await machine.run(
    `systemd-run --quiet --wait -p User=echopilot -p StateDirectory=echopilot /opt/older/bin/echopilot status`,
  )
  expect(older.code).toBe(74)
}

/** A line of a shell that asks the store's file. */
function nodeInStore(sql: string): string {
  const words = `new (require('node:sqlite').DatabaseSync)('/var/lib/echopilot/echopilot.db').prepare(\\"${sql}\\").all()`
  const node = `${PROGRAM}/node_modules/node-linux-${process.arch}/bin/node`
  return `runuser -u echopilot -- ${node} -p "JSON.stringify(${words})"`
}

/** Each event of ours is a line of JSON with its priority, and what is about a run has its id. */
async function journalIsForPrograms({ machine }: Office): Promise<void> {
  const wrong = '-p User=echopilot -p StateDirectory=echopilot -p SyslogIdentifier=echopilot'
  const call = await machine.run(
    `systemd-run --quiet --wait --unit=echopilot-wrong ${wrong} echopilot task show task_00000000`,
  )
  expect(call.code).toBe(66)
  const units = [...JOBS, 'alert@*', 'wrong'].map(name => `--unit='echopilot-${name}.service'`).join(' ')
  const shown = await machine.ok(`journalctl --no-pager -o json -t echopilot ${units}`)
  const all = shown.trim().split('\n').map(parseDocument)
  const entries = all.filter(({ MESSAGE }) => MESSAGE !== LAST_WORDS)
  const events = entries.map(({ MESSAGE }) => parseDocument(String(MESSAGE)))
  expect(events.map(({ run }) => String(run))).toContainEqual(expect.stringMatching(/^run_/))
  expect(events.map(({ message }) => message)).toContain('job ended')
  const priorities = new Set(entries.map(({ PRIORITY }) => PRIORITY))
  expect(priorities).toContain('6')
  expect(priorities).toContain('3')
}

/** Neither what systemd shows, nor the processes, nor the journal. */
async function nothingTellsSecrets({ machine, keys }: Office): Promise<void> {
  const shown = await machine.ok(
    'systemctl show "echopilot*" --all; ps axeww; journalctl --no-pager --all --output=export --unit="echopilot*"; find /etc/systemd/system -name "echopilot*" -type f -exec cat {} +',
  )
  expect(shown).toContain('echopilot-poll')
  for (const name of ['OPENAI_API_KEY', 'NOTION_TOKEN']) {
    const key = keys.get(name) ?? ''
    expect(key.length).toBeGreaterThan(20)
    // The stand-ins, which have no secrets, know the keys that they take.
    expect(shown.split('\n').filter(line => line.includes(key) && !line.includes('sandbox'))).toEqual([])
  }
}

async function uninstallLeavesTheState({ machine }: Office): Promise<void> {
  const said = await machine.ok('echopilot systemd uninstall --yes')
  expect(said).toContain('stays, for it cannot be made anew: /var/lib/echopilot')
  const left = await machine.ok(
    'find /etc /usr/lib/systemd /run/systemd/system /var/lib /var/cache -name "*echopilot*" ! -path "/var/lib/echopilot/*"; systemctl list-unit-files "echopilot*" --no-legend || true',
  )
  expect(left.trim().split('\n').toSorted()).toEqual(['/etc/echopilot', '/var/lib/echopilot'])
  expect(await machine.ok('ls /var/lib/echopilot')).toContain('echopilot.db')
}
