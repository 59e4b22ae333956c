import {
  cadenceText,
  onCalendarText,
  spacingMs,
  slotEnds,
  type Schedule,
  type ScheduledJob,
} from '../../domain/schedule.ts'
import { INTERRUPTIONS, OUTCOMES } from '../../kernel/errors.ts'
import { ACCOUNT, sandboxOf } from './hardening.ts'
import { serveUnits, SERVE_SOCKET } from './serve-units.ts'
import {
  CONFIG_FOLDER,
  identityOf,
  MARK,
  startOf,
  STATE_FOLDER,
  TARGET,
  unit,
  WHEN_ONLINE,
  type Section,
  type UnitFacts,
  type UnitFile,
} from './unit-file.ts'

/** Every file, of the schedule and these facts alone: the same input gives the same bytes. */
export function unitFiles(schedule: Schedule, facts: UnitFacts): UnitFile[] {
  const jobs = Object.entries(schedule)
  return [
    ...jobs.flatMap(([name, job]) => [
      unit(serviceName(name), serviceOf(name, job, facts)),
      unit(timerName(name), timerOf(name, job)),
    ]),
    unit('echopilot-alert@.service', alertService(facts)),
    ...serveUnits(facts),
    unit(TARGET, target([...jobs.map(([name]) => timerName(name)), SERVE_SOCKET])),
    { path: 'sysusers.d/echopilot.conf', text: `${MARK}\nu ${ACCOUNT} - "EchoPilot" ${STATE_FOLDER}\n` },
    { path: 'tmpfiles.d/echopilot.conf', text: `${MARK}\n${FOLDERS.join('\n')}\n` },
  ]
}

/** The timer of a job. */
export function timerName(job: string): string {
  return `echopilot-${job}.timer`
}

/** The service of a job. */
export function serviceName(job: string): string {
  return `echopilot-${job}.service`
}

const FOLDERS = [
  `d ${CONFIG_FOLDER} 0755 root root -`,
  `z ${CONFIG_FOLDER}/config.toml 0640 root ${ACCOUNT} -`,
  'd /etc/credstore.encrypted 0700 root root -',
  `d ${STATE_FOLDER} 0700 ${ACCOUNT} ${ACCOUNT} -`,
]

function serviceOf(name: string, job: ScheduledJob, facts: UnitFacts): Section[] {
  const limit = timeLimitS(job)
  return [
    [
      'Unit',
      [
        ['Description', `EchoPilot: ${name}`],
        ...(job.offline === true ? [] : WHEN_ONLINE),
        ['OnFailure', 'echopilot-alert@%n.service'],
      ],
    ],
    [
      'Service',
      [
        ['Type', 'oneshot'],
        ['ExecStart', `${startOf(facts)} --job ${name}`],
        ['SuccessExitStatus', goodEnds(job).join(' ')],
        ['TimeoutStartSec', limit === null ? 'infinity' : String(limit)],
        ...identityOf(facts),
        ...sandboxOf(job.offline === true ? 'machine' : 'network'),
      ],
    ],
  ]
}

/** Ends that are no failure: those that do the slot, and that of being told to stop. */
function goodEnds(job: ScheduledJob): number[] {
  const codes: number[] = slotEnds(job).map(end => OUTCOMES[end].exit)
  return [...codes, INTERRUPTIONS.SIGTERM.exit].filter(code => code !== 0)
}

const LONGEST_S = 3600
const MARGIN_S = 30

/**
 * It has to end before its next slot. One whose slots are left to the next works off a queue for as long as there is
 * one; each of its calls has a time limit of its own.
 */
function timeLimitS(job: ScheduledJob): number | null {
  if (job.endless === true) return null
  // One that comes again soon may run longer than that: the next one waits, or is left out.
  return job.catchUp ? Math.min(spacingMs(job.on) / 1000 - MARGIN_S, LONGEST_S) : LONGEST_S
}

function timerOf(name: string, job: ScheduledJob): Section[] {
  return [
    [
      'Unit',
      [
        ['Description', `EchoPilot: ${name}, ${cadenceText(job.on)} (UTC)`],
        ['PartOf', TARGET],
      ],
    ],
    [
      'Timer',
      [
        ['OnCalendar', onCalendarText(job.on)],
        // Its default of a minute moves a job of each minute by as much.
        ['AccuracySec', '1s'],
        ['Persistent', job.catchUp ? 'yes' : 'no'],
      ],
    ],
    ['Install', [['WantedBy', TARGET]]],
  ]
}

function target(wanted: readonly string[]): Section[] {
  return [
    [
      'Unit',
      [
        ['Description', 'EchoPilot: all timers, and the address of serve'],
        ['Wants', wanted.join(' ')],
      ],
    ],
    ['Install', [['WantedBy', 'multi-user.target']]],
  ]
}

/**
 * Called by OnFailure= with the failed unit as its instance, once for each failure: an instance of its own is told how
 * it ended even where two fail at once (systemd.exec(5), $MONITOR_*). The last lines go by a pipe: arguments are seen
 * by other users.
 */
function alertService(facts: UnitFacts): Section[] {
  const lines = 'journalctl --quiet --no-pager --output=cat --lines=20'
  const ofRun = String.raw`_SYSTEMD_INVOCATION_ID="$$MONITOR_INVOCATION_ID" + INVOCATION_ID="$$MONITOR_INVOCATION_ID"`
  const tell = `${startOf(facts)} alert unit "$$0" --result "$$MONITOR_SERVICE_RESULT" --exit-code "$$MONITOR_EXIT_STATUS" --lines -`
  return [
    ['Unit', [['Description', 'EchoPilot: tell that %i failed'], ...WHEN_ONLINE]],
    [
      'Service',
      [
        ['Type', 'oneshot'],
        ['ExecStart', `/bin/sh -c '${lines} ${ofRun} | ${tell}' %i`],
        ['TimeoutStartSec', '300'],
        // What it does it logs; its result is for people, and the journal is read by programs.
        ['StandardOutput', 'null'],
        // To read what it logged.
        ['SupplementaryGroups', 'systemd-journal'],
        ...identityOf(facts),
        ...sandboxOf('network'),
      ],
    ],
  ]
}
