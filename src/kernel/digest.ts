import { nodeCrypto } from './node-modules.ts'

/** SHA-256 as 64 lower-case hex digits. */
export function sha256(text: string): string {
  return nodeCrypto().hash('sha256', text)
}
