/** The address that the stand-in takes notices at. Data only: `services.ts` reads it without starting anything. */

/** Whoever knows it may send, as with the real ones. */
export const HOOK_PATH = '/hooks/sandbox-T0ken-of-the-watch-000'
