/** Operations that do nothing without a Notion workspace. */
export const NEEDS_NOTION: ReadonlySet<string> = new Set([
  'deliver',
  'effect dismiss',
  'effect retry',
  'effect show',
  'notion diff',
  'notion sync',
  'task open',
])
