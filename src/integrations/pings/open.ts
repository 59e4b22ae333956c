import { keysOf } from '../../domain/keys-of.ts'
import { pingSubject, proof } from '../../domain/proof.ts'
import { sendableAddress } from '../../kernel/http/plain-http.ts'
import { networkFailure, ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import type { JobNews, JobWatch } from '../../roles/job-watch.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { PING_SECRETS, type PingSecret } from './secrets.ts'

const GENERIC = 'PING_URL'

/** Connects; nothing is sent until a job runs. @throws AppError `config` for what is no address */
export async function openPings({
  secret,
  core,
  world,
}: ServiceEnvironment<unknown, PingSecret>): Promise<OpenService> {
  const addresses = new Map<string, URL>()
  const given = (name: PingSecret): URL | null => {
    const address = secret(name)
    return address === null ? null : sendableAddress(name, address, core.allow_http_hosts)
  }
  const generic = given(GENERIC)
  for (const name of keysOf(PING_SECRETS)) {
    if (name === GENERIC) continue
    const job = jobOf(name)
    const address = given(name) ?? (generic === null ? null : withPath(generic, job))
    if (address !== null) addresses.set(job, address)
  }
  return {
    roles: { jobWatch: watchOver(addresses, world) },
    proofs: async () =>
      [...addresses.keys()].map(job => ({
        ...proof(
          'not_proved',
          pingSubject(job),
          'an address is set, and no run was told of yet',
          `echopilot --job ${job}`,
        ),
        // Only a run proves it: a ping of doctor's would say that the job ran.
        stands: true,
      })),
  }
}

/** `report-weekly` of PING_URL_REPORT_WEEKLY. */
function jobOf(name: PingSecret): string {
  return name
    .slice(GENERIC.length + 1)
    .toLowerCase()
    .replaceAll('_', '-')
}

/** A ping is not worth more time: the next one comes. */
const TIMEOUT_MS = 3_000

function watchOver(addresses: ReadonlyMap<string, URL>, world: Pick<World, 'fetch' | 'clock'>): JobWatch {
  return {
    watches: job => addresses.has(job),
    tell: async (job, news) => {
      const address = addresses.get(job)
      if (address === undefined) return
      const status = await statusOf(withPath(address, pathOf(news)), world)
      if (status < 200 || status > 299) throw refused(status)
    },
  }
}

async function statusOf(url: URL, world: Pick<World, 'fetch' | 'clock'>): Promise<number> {
  try {
    return (await world.fetch(url, { method: 'POST', signal: world.clock.deadline(TIMEOUT_MS) })).status
  } catch (error) {
    throw networkFailure(error)
  }
}

function refused(status: number): ServiceFailure {
  const errorClass = status >= 500 || status === 429 ? 'transient' : 'credential'
  const fix = 'set its PING_URL to an address that takes pings'
  return new ServiceFailure(`${status} to a ping`, { status, errorClass, billed: 'no', fix })
}

/** https://healthchecks.io/docs/http_api/: `/start`, nothing for success, and `/<exit status>` for failure. */
function pathOf(news: JobNews): string {
  if (news.kind === 'start') return 'start'
  return news.isGood ? '' : String(news.exit)
}

/** One more part of a path; what is asked beside it, such as `?create=1`, stays. */
function withPath(url: URL, part: string): URL {
  const longer = new URL(url)
  if (part !== '') longer.pathname = `${url.pathname.replace(/\/$/, '')}/${part}`
  return longer
}
