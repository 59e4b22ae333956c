/** Who and what a fresh sandbox workspace holds. Data only: `services.ts` reads it without starting anything. */

/** The one page of a fresh workspace that the integration was given. */
export const PARENT_PAGE_ID = '5eed0000-ec40-4a11-8000-000000000001'

/** The title of that page. */
export const PARENT_PAGE_TITLE = 'EchoPilot'

/** The integration's own user, the author of what the API writes. */
export const BOT_USER_ID = '5eed0000-ec40-4a11-8000-0000000000b0'

/** The name of the integration, which Notion puts into "not shared with" errors. */
export const BOT_NAME = 'EchoPilot'

/** The person who works in Notion: the author of hand edits. */
export const PERSON_USER_ID = '5eed0000-ec40-4a11-8000-0000000000a0'

/** The workspace that `users/me` names. */
export const WORKSPACE_ID = '5eed0000-ec40-4a11-8000-0000000000c0'

/** The name of the workspace. */
export const WORKSPACE_NAME = 'EchoPilot sandbox'

/** The token in the environment of programs that use the sandbox. */
export const SANDBOX_TOKEN = 'ntn_sandbox0000000000000000000000000000000000000000'

/** A token of an integration that lacks the capabilities it would need. */
export const RESTRICTED_TOKEN = 'ntn_restricted'
