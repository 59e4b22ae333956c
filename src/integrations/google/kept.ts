import { join } from 'node:path'
import { fits, parseJson, type Shaped } from '../../domain/shape.ts'
import { sha256 } from '../../kernel/digest.ts'
import type { Files } from '../../kernel/world.ts'

/** A sign-in as it is kept beside the store, for its owner alone. */
export interface KeptSignIn {
  readonly refreshToken: string
  /** Of the GOOGLE_REFRESH_TOKEN that was set then; null where none was. A new one there is a wish of the operator. */
  readonly configured: string | null
  /** When it ends by itself; null where it lasts. */
  readonly endsMs: number | null
}

/** Where it is kept. */
export interface Keeping {
  readonly stateDir: string
  readonly files: Pick<Files, 'readText' | 'writeText' | 'makeDir'>
}

const SHAPE = { refreshToken: 'text', configured: 'text?', endsMs: 'number?' } as const

/** The file. */
function keptPath(stateDir: string): string {
  return join(stateDir, 'google-sign-in.json')
}

/** Keeps it, whole or not at all; returns once it is there. */
export function keepSignIn({ stateDir, files }: Keeping, signIn: KeptSignIn): void {
  files.makeDir(stateDir, 0o700)
  files.writeText(keptPath(stateDir), `${JSON.stringify(signIn)}\n`, 0o600)
}

/**
 * The kept sign-in, where it wins over the configured one (SPEC §4): that is still the one that was set when it was kept,
 * or is not set any more. Null where there is none.
 */
export function keptSignIn({ stateDir, files }: Keeping, configured: string | null): KeptSignIn | null {
  const value = parseJson(files.readText(keptPath(stateDir)) ?? '')
  if (!fits(value, SHAPE)) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the shape
  const kept = value as Shaped<typeof SHAPE>
  return configured === null || digestOf(configured) === kept.configured ? kept : null
}

/** What tells one configured sign-in from another. */
export function digestOf(refreshToken: string | null): string | null {
  return refreshToken === null ? null : sha256(refreshToken)
}
