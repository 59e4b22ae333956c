/** Who may send. Data only: `services.ts` reads it without starting anything. */

/** The user name. */
export const USER = 'echopilot'

/** The password. */
export const PASSWORD = 'sandbox0000'
