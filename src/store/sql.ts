import { waitingSpan } from '../domain/due.ts'

/*
 * Statements are portable: what only SQLite knows stands in the engine, hints for its planner too, which are written as
 * comments (see HINTS there).
 */

/**
 * A condition that is true where the instant in `column` is due at `:now`: the rule of `domain/due.ts` as SQL. The
 * span is reckoned from zero, so that the statement is the same at every instant.
 */
export function dueSql(column: string, longestMs: number): string {
  return `(${column} <= :now OR ${column} > :now + ${waitingSpan(0, longestMs).untilMs})`
}

/** All that a list holds which was given as a parameter: `x IN ${listed(':ids')}`, with {@link listOf} as its value. */
export function listed(parameter: `:${string}`): string {
  return `(SELECT value FROM json_each(${parameter}))`
}

/** A list of texts as a parameter: a statement is the same for however many. */
export function listOf(values: readonly string[]): string {
  return JSON.stringify(values)
}

/** A condition as a column: 1 or 0. */
export function flag(condition: string): string {
  return `CASE WHEN ${condition} THEN 1 ELSE 0 END`
}
