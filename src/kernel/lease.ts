/** The right to work on a run: who holds it and under which fencing number. */
export interface Claim {
  readonly runId: string
  readonly owner: string
  /** Raised at each claim; every write matches it, so a process that lost its lease can change nothing. */
  readonly claimNo: number
}

/** How long a claim is good for without being renewed, and how often it is renewed (SPEC §7). */
export const LEASE_MS = 120_000
/** Four renewals fit into a lease, so that one that is late loses nothing. */
export const LEASE_RENEWAL_MS = 30_000

/** Another process took the run over, or a person cancelled it: stop working on it; its cost was booked. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
  readonly claim: Claim

  constructor(claim: Claim) {
    super(`the lease on ${claim.runId} (claim ${claim.claimNo}) is lost`)
    this.claim = claim
  }
}
