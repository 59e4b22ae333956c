/** Who waits for the pings of one job. */
const OWN = { meaning: 'address that is pinged when the job of its name begins and ends' } as const

/**
 * Of all jobs, and of each: PING_URL_REPORT_WEEKLY is that of `report-weekly`. Those whose units have no network can ping
 * nobody: the auto-operator misses them.
 */
export const PING_SECRETS = {
  PING_URL: { meaning: 'address under which each job is pinged by its name, where it has none of its own' },
  PING_URL_POLL: OWN,
  PING_URL_OPERATE: OWN,
  PING_URL_PAYMENTS_SCAN: OWN,
  PING_URL_HEARTBEAT: OWN,
  PING_URL_REPLAY: OWN,
  PING_URL_REPORT_SUPERVISOR: OWN,
  PING_URL_REPORT_EXECUTIVE: OWN,
  PING_URL_REPORT_WEEKLY: OWN,
} as const

/** The name of one. */
export type PingSecret = keyof typeof PING_SECRETS
