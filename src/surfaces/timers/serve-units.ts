import { SERVE_ADDRESS } from '../../domain/serve-address.ts'
import { INTERRUPTIONS } from '../../kernel/errors.ts'
import { sandboxOf } from './hardening.ts'
import {
  identityOf,
  startOf,
  TARGET,
  unit,
  WHEN_ONLINE,
  type Section,
  type UnitFacts,
  type UnitFile,
} from './unit-file.ts'

/** Holds the address: what is sent while the service starts anew waits there. */
export const SERVE_SOCKET = 'echopilot-serve.socket'
/** Started by the first that is sent. */
const SERVE_SERVICE = 'echopilot-serve.service'

/** The listener, and its address. */
export function serveUnits(facts: UnitFacts): UnitFile[] {
  return [unit(SERVE_SERVICE, service(facts)), unit(SERVE_SOCKET, SOCKET)]
}

const SOCKET: Section[] = [
  [
    'Unit',
    [
      ['Description', 'EchoPilot: address of serve'],
      ['PartOf', TARGET],
      ['OnFailure', 'echopilot-alert@%n.service'],
    ],
  ],
  [
    'Socket',
    [
      ['ListenStream', `${SERVE_ADDRESS.host}:${SERVE_ADDRESS.port}`],
      ['Backlog', '1024'],
      // Whatever address a drop-in names: only a proxy of this machine may ask, unless that says more.
      ['IPAddressDeny', 'any'],
      ['IPAddressAllow', 'localhost'],
    ],
  ],
  ['Install', [['WantedBy', TARGET]]],
]

function service(facts: UnitFacts): Section[] {
  return [
    [
      'Unit',
      [
        ['Description', 'EchoPilot: serve'],
        ...WHEN_ONLINE,
        ['Requires', SERVE_SOCKET],
        ['After', SERVE_SOCKET],
        ['PartOf', TARGET],
        // Otherwise a service that cannot start would end its socket with it, and what is sent would be refused for good.
        ['StartLimitIntervalSec', '0'],
      ],
    ],
    [
      'Service',
      [
        ['Type', 'notify'],
        // Messages are sent by a program of systemd.
        ['NotifyAccess', 'all'],
        ['ExecStart', `${startOf(facts, SMALL)} serve`],
        ['ExecStopPost', stopPost(facts)],
        ['SuccessExitStatus', String(INTERRUPTIONS.SIGTERM.exit)],
        ['Restart', 'always'],
        ['RestartSec', '2s'],
        ['WatchdogSec', '60'],
        // What is asked is answered, and the webhook that is being worked is finished.
        ['TimeoutStopSec', '90'],
        // It says on standard output where it listens, for people; the journal is read by programs.
        ['StandardOutput', 'null'],
        ...identityOf(facts),
        ...sandboxOf('network'),
      ],
    ],
  ]
}

/** It is there all the time: half of the memory, for hardly more work. */
const SMALL = '--max-semi-space-size=2 --max-old-space-size=128'

/**
 * OnFailure= does not hear of a service that is started again (systemd 252), and hears each time of it later on. So the
 * service tells by itself of each end that was none it was asked for; all of one cause are one alert.
 */
function stopPost(facts: UnitFacts): string {
  const tell = `${startOf(facts)} alert unit "$$0" --result "$$SERVICE_RESULT" --exit-code "$$EXIT_STATUS"`
  return `/bin/sh -c 'test "$$SERVICE_RESULT" = success || exec ${tell}' %n`
}
