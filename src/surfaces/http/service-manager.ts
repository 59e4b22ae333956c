import { AppError } from '../../kernel/errors.ts'
import type { Log } from '../../kernel/log.ts'
import type { World } from '../../kernel/world.ts'
import type { Place } from './server.ts'

/** What is told to whoever started this process; nothing where nobody wants to know. */
export interface ServiceManager {
  /** Requests are answered from now on; also that the process lives, as often as that is wanted. */
  ready(): Promise<void>
  /** It is about to end. */
  stopping(): Promise<void>
}

type Started = Pick<World, 'host' | 'clock' | 'programs'>

const FIRST_FD = 3

/**
 * The socket that was handed to this process (sd_listen_fds(3)); null where none was.
 * @throws AppError `config` where there are several: only one is served
 */
export function inheritedSocket({ host }: Pick<World, 'host'>): Place | null {
  const { LISTEN_FDS: count, LISTEN_PID: pid } = host.env
  // Variables that a child of the process inherits as well are not for the child.
  if (count === undefined || count === '0' || pid !== String(host.pid)) return null
  if (count === '1') return { kind: 'inherited', fd: FIRST_FD }
  throw new AppError(
    'config',
    `${count} sockets were handed over, and one is served`,
    'leave one ListenStream= in echopilot-serve.socket',
  )
}

/**
 * Speaks to systemd (sd_notify(3)). Node has no datagram sockets of the kind that it listens on, so each message is
 * sent by its program; that it could not be sent is logged, and ends nothing.
 */
export function serviceManager({ host, clock, programs }: Started, log: Log): ServiceManager {
  const { NOTIFY_SOCKET: socket, PATH: path = '' } = host.env
  if (socket === undefined) return { ready: async () => {}, stopping: async () => {} }
  const tell = async (...words: readonly string[]): Promise<void> => {
    const env = { NOTIFY_SOCKET: socket, PATH: path }
    const ended = await programs.run(['systemd-notify', ...words], { env, timeoutMs: LONGEST_MS })
    if (ended.kind === 'ended' && ended.exit === 0) return
    const error = ended.kind === 'failed' ? ended.why : ended.err
    log.warn('systemd was not told', { what: words.join(' '), error })
  }
  let endPings = (): void => {}
  return {
    ready: async () => {
      await tell('--ready')
      const everyMs = pingEveryMs(host)
      if (everyMs !== null) endPings = clock.every(everyMs, () => void tell('WATCHDOG=1'))
    },
    stopping: async () => {
      endPings()
      await tell('STOPPING=1')
    },
  }
}

const LONGEST_MS = 5_000

/** Half of the time after which a process that says nothing is taken for stuck (sd_watchdog_enabled(3)). */
function pingEveryMs({ env, pid }: World['host']): number | null {
  const { WATCHDOG_USEC: micros, WATCHDOG_PID: forPid } = env
  if (micros === undefined || (forPid !== undefined && forPid !== String(pid))) return null
  const everyMs = Math.floor(Number(micros) / 2_000)
  return everyMs > 0 ? everyMs : null
}
