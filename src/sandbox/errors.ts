/** What can go wrong with the sandbox as a whole. */

/** `port-busy`: something else listens there · `in-use`: another sandbox holds the folder · `failed`: anything else. */
export type SandboxErrorKind = 'port-busy' | 'in-use' | 'failed'

/** Thrown by starting and resetting; the message names the service and the port or folder. */
export class SandboxError extends Error {
  readonly kind: SandboxErrorKind

  constructor(kind: SandboxErrorKind, message: string) {
    super(message)
    this.name = 'SandboxError'
    this.kind = kind
  }
}
