import { waitingSpan } from '../domain/due.ts'

/**
 * A condition that is true where the instant in `column` is due at `:now`: the rule of `domain/due.ts` as SQL. The
 * span is reckoned from zero, so that the statement is the same at every instant.
 */
export function dueSql(column: string, longestMs: number): string {
  return `(${column} <= :now OR ${column} > :now + ${waitingSpan(0, longestMs).untilMs})`
}
