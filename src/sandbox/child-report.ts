/** What a stand-in's process tells the one that started it, once. */
import type { SandboxErrorKind } from './errors.ts'

/** It listens, or it could not. */
export type ChildReport =
  | { readonly type: 'listening'; readonly port: number; readonly besidePort: number }
  | { readonly type: 'failed'; readonly kind: SandboxErrorKind; readonly message: string }

/** True for a well-formed report. */
export function isChildReport(value: unknown): value is ChildReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    (value.type === 'listening' || value.type === 'failed')
  )
}
