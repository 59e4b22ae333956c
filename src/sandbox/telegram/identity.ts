/** The bot and the people of the stand-in. Data only: `services.ts` reads it without starting anything. */

/** What the bot signs in with. */
export const BOT_TOKEN = '700100200:sandbox-AAE0echopilot0stand0in0token0'
/** The chat of the operator with the bot; as with every private chat, its id is that of the person. */
export const ANA = 700_000_001
/** Somebody who found the bot by its name. */
export const STRANGER = 700_000_002
