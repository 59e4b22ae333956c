import type { OAuth2Client } from 'google-auth-library'
import type { drive_v3 } from 'googleapis/build/src/apis/drive/v3.js'
import type { gmail_v1 } from 'googleapis/build/src/apis/gmail/v1.js'
import type { Shape, Shaped } from '../../domain/shape.ts'

/** The official SDK; the part for each API is loaded when it is first asked for. */
export interface Sdk {
  readonly auth: OAuth2Client
  readonly gmail: () => Promise<gmail_v1.Gmail>
  readonly drive: () => Promise<drive_v3.Drive>
}

/** Sends one request; the answer has the shape. */
export type Ask = <const S extends Shape>(
  shape: S,
  send: (sdk: Sdk) => Promise<{ readonly data: unknown }>,
) => Promise<Shaped<S>>
