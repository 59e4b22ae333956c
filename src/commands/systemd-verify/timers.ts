import { proof, type ProofFacts } from '../../domain/proof.ts'
import type { World } from '../../kernel/world.ts'
import { SERVE_SOCKET } from '../../surfaces/timers/serve-units.ts'
import { TARGET } from '../../surfaces/timers/unit-file.ts'
import { serviceName, timerName } from '../../surfaces/timers/units.ts'
import { askSystem } from '../systemd-units.ts'

const START = 'echopilot systemd install --start'

/**
 * What systemd says of the target, of the address of serve, and of each job: does its timer wait, when is it due, and how
 * did it end last?
 */
export async function timerFindings(world: World, jobs: readonly string[]): Promise<ProofFacts[]> {
  const findings = [
    targetFinding(await unitFacts(world, TARGET)),
    socketFinding(await unitFacts(world, SERVE_SOCKET)),
  ]
  for (const job of jobs) {
    const timer = await unitFacts(world, timerName(job))
    findings.push(timerFinding(job, timer), lastFinding(job, await unitFacts(world, serviceName(job))))
  }
  return findings
}

/** Properties of a unit by name (systemctl(1), show). */
type UnitFacts = ReadonlyMap<string, string>

const ASKED =
  'LoadState,UnitFileState,ActiveState,NextElapseUSecRealtime,Result,ExecMainStatus,ExecMainExitTimestamp,NeedDaemonReload,DropInPaths'

async function unitFacts(world: World, unit: string): Promise<UnitFacts> {
  const shown = await askSystem(world, ['systemctl', 'show', `--property=${ASKED}`, unit])
  return new Map(
    (shown ?? '').split('\n').flatMap(line => {
      const [, name, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value] as const]
    }),
  )
}

/** What is wrong with a unit that should be loaded, enabled and active; null where nothing is. */
function standing(unit: UnitFacts): string | null {
  if (unit.get('LoadState') !== 'loaded') return 'is not loaded'
  if (isStale(unit)) return STALE
  if (unit.get('UnitFileState') !== 'enabled') return 'is not enabled: it would not start at the next boot'
  return unit.get('ActiveState') === 'active' ? null : 'does not run'
}

function socketFinding(unit: UnitFacts): ProofFacts {
  const wrong = standing(unit)
  return wrong === null
    ? proof('proved', SERVE_SOCKET, withDropIns(unit, 'webhooks can be sent to it'))
    : proof('failed', SERVE_SOCKET, wrong, START)
}

/** Whether systemd goes on by files that were changed since it read them. */
function isStale(unit: UnitFacts): boolean {
  return unit.get('NeedDaemonReload') === 'yes'
}

const STALE = 'was changed, and systemd has not read it since'

/** What was added by hand is part of how it runs. */
function withDropIns(unit: UnitFacts, detail: string): string {
  const paths = unit.get('DropInPaths') ?? ''
  return paths === '' ? detail : `${detail}; with ${paths}`
}

function targetFinding(unit: UnitFacts): ProofFacts {
  const wrong = standing(unit)
  return wrong === null
    ? proof('proved', TARGET, withDropIns(unit, 'loaded, enabled and active'))
    : proof('failed', TARGET, wrong, START)
}

function timerFinding(job: string, unit: UnitFacts): ProofFacts {
  const wrong = standing(unit)
  const next = unit.get('NextElapseUSecRealtime')
  return wrong === null
    ? proof(
        'proved',
        timerName(job),
        withDropIns(
          unit,
          `loaded, enabled and active; next: ${next === undefined || next === '' ? 'when its job has ended' : next}`,
        ),
      )
    : proof('failed', timerName(job), wrong, START)
}

function lastFinding(job: string, unit: UnitFacts): ProofFacts {
  const subject = serviceName(job)
  const at = unit.get('ExecMainExitTimestamp') ?? ''
  if (isStale(unit)) return proof('failed', subject, STALE, 'systemctl daemon-reload')
  const [result = '', status = ''] = [unit.get('Result'), unit.get('ExecMainStatus')]
  if (result !== 'success' && result !== '') {
    return proof(
      'failed',
      subject,
      `ended badly: ${result}, exit ${status}${at === '' ? '' : `, ${at}`}`,
      `journalctl -u ${subject} -n 50`,
    )
  }
  return at === ''
    ? proof(
        'not_proved',
        subject,
        withDropIns(unit, 'did not run since the last boot'),
        `systemctl start ${subject}`,
      )
    : proof('proved', subject, withDropIns(unit, `ended well (exit ${status}), ${at}`))
}
