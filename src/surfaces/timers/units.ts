import {
  cadenceText,
  onCalendarText,
  spacingMs,
  slotEnds,
  type Schedule,
  type ScheduledJob,
} from '../../domain/schedule.ts'
import { INTERRUPTIONS, OUTCOMES } from '../../kernel/errors.ts'
import { ACCOUNT, sandboxOf, type Directives } from './hardening.ts'

/** A file that systemd reads. */
export interface UnitFile {
  /** Below `systemd` in the checkout, and below /etc/systemd, /etc/sysusers.d or /etc/tmpfiles.d where installed. */
  readonly path: string
  readonly text: string
}

/** What the files are made of beside the schedule. */
export interface UnitFacts {
  /**
   * Node and the launcher, by absolute paths that mean themselves to systemd and to a shell: no blanks, quotes, dollars
   * and percent signs.
   */
  readonly node: string
  readonly program: string
  /** Credentials by their names in the folder that systemd makes, each with the store that it lies in. */
  readonly credentials: readonly Credential[]
}

/** A secret that units are given. */
export interface Credential {
  /** In lower case, as the program looks for it: `notion_token`. */
  readonly name: string
  /** Whether it lies in /etc/credstore.encrypted (systemd-creds(1)) or, in plain text, in /etc/credstore. */
  readonly kind: 'encrypted' | 'plain'
}

/** The target that starts and stops all timers together. */
export const TARGET = 'echopilot.target'

/** The first line of each file; what has it is ours to replace and to remove. */
export const MARK = '# Made by `echopilot systemd install` of the schedule; changes belong in drop-ins.'

/** Where the state is, and where Node keeps compiled code (systemd.exec(5), StateDirectory=). */
export const STATE_FOLDER = `/var/lib/${ACCOUNT}`
/** Emptied without loss. */
export const CACHE_FOLDER = `/var/cache/${ACCOUNT}`
/** Where the configuration and nothing secret is. */
export const CONFIG_FOLDER = '/etc/echopilot'

/** Every file, of the schedule and these facts alone: the same input gives the same bytes. */
export function unitFiles(schedule: Schedule, facts: UnitFacts): UnitFile[] {
  const jobs = Object.entries(schedule)
  return [
    ...jobs.flatMap(([name, job]) => [
      unit(serviceName(name), serviceOf(name, job, facts)),
      unit(timerName(name), timerOf(name, job)),
    ]),
    unit('echopilot-alert@.service', alertService(facts)),
    unit(TARGET, target(jobs.map(([name]) => timerName(name)))),
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

/** The file of a credential in its store: other programs keep theirs beside it. */
export function credentialFile(name: string): string {
  return `echopilot.${name}`
}

const FOLDERS = [
  `d ${CONFIG_FOLDER} 0755 root root -`,
  `z ${CONFIG_FOLDER}/config.toml 0640 root ${ACCOUNT} -`,
  'd /etc/credstore.encrypted 0700 root root -',
  `d ${STATE_FOLDER} 0700 ${ACCOUNT} ${ACCOUNT} -`,
]

type Section = readonly [name: string, directives: Directives]

function unit(name: string, sections: readonly Section[]): UnitFile {
  const texts = sections.map(
    ([section, directives]) =>
      `[${section}]\n${directives.map(([key, value]) => `${key}=${value}\n`).join('')}`,
  )
  return { path: `system/${name}`, text: `${MARK}\n\n${texts.join('\n')}` }
}

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

/** A catch-up after a boot would come before the network otherwise. */
const WHEN_ONLINE: Directives = [
  ['Wants', 'network-online.target'],
  ['After', 'network-online.target'],
]

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

function target(timers: readonly string[]): Section[] {
  return [
    [
      'Unit',
      [
        ['Description', 'EchoPilot: all timers'],
        ['Wants', timers.join(' ')],
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

/** More than a long queue was seen to take; beyond it Node ends with a message, before the kernel ends it without one. */
const HEAP_MB = 512

function startOf({ node, program }: UnitFacts): string {
  return `${node} --max-old-space-size=${HEAP_MB} ${program}`
}

/** Who a process of ours is, and what is its own. A mode stands after its folder, whose reset would reset it. */
function identityOf({ credentials }: Pick<UnitFacts, 'credentials'>): Directives {
  return [...IDENTITY, ...credentials.map(loadOf), ['SyslogIdentifier', 'echopilot']]
}

/** What the units and a command that root types have in common: they work on one store. */
const IDENTITY: Directives = [
  ['User', ACCOUNT],
  ['Group', ACCOUNT],
  ['UMask', '0077'],
  ['StateDirectory', ACCOUNT],
  ['StateDirectoryMode', '0700'],
  ['CacheDirectory', ACCOUNT],
  ['CacheDirectoryMode', '0700'],
]

/** Searched for by name in the stores, a credential that is not there is left out; by path it would be an error. */
function loadOf({ name, kind }: Credential): readonly [name: string, value: string] {
  return [
    kind === 'encrypted' ? 'LoadCredentialEncrypted' : 'LoadCredential',
    `${name}:${credentialFile(name)}`,
  ]
}
