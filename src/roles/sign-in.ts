import type { ServiceCall } from './task-source.ts'

/** Signs a person in to a service, by the browser of that person. */
export interface SignIn {
  /**
   * Begins: who comes back to this address of our own with what the service said is signed in by `finish`, once. Nothing
   * is sent yet.
   */
  begin(redirectUri: string): BegunSignIn
}

/** A sign-in that waits for its person. */
export interface BegunSignIn {
  /** Where the person allows it. */
  readonly url: string
  /** What is asked for, and why. */
  readonly asks: readonly { readonly scope: string; readonly why: string }[]
  /** Whether what somebody came back with answers this sign-in: anybody on this machine can call our address. */
  isAnswer(came: URLSearchParams): boolean
  /**
   * Takes what the person came back with; it is kept before it is used for work.
   * @throws AppError `denied` where the person said no or allowed too little, `config` for another account than that of
   *   the store; ServiceFailure where the service does not answer
   */
  finish(came: URLSearchParams, call: ServiceCall): Promise<SignedIn>
}

/** A sign-in that was kept. */
export interface SignedIn {
  /** Whose it is; null where the service does not tell. */
  readonly account: string | null
  readonly scopes: readonly string[]
  /** When it ends by itself; null where it lasts. */
  readonly endsMs: number | null
}
