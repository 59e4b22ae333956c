/** The addresses that the stand-in takes notices and pings at. Data only: `services.ts` reads it without starting anything. */

/** Whoever knows it may send, as with the real ones. */
export const HOOK_PATH = '/hooks/sandbox-T0ken-of-the-watch-000'
/** The key under which jobs are pinged by their names. */
export const PING_PATH = '/ping/sandbox-P1ng-key-of-the-watch-000'
