import { fileURLToPath } from 'node:url'

/** The checkout under test, without a slash at its end. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
