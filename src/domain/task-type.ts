/** The kinds of work on offer (SPEC §7), spelled as Notion's Task Type shows them. */
export const TASK_TYPES = ['Research', 'Drafting', 'Data-transform', 'Transcription', 'Other'] as const

/** One of `TASK_TYPES`. */
export type TaskType = (typeof TASK_TYPES)[number]

/**
 * Reads a task type as people type it: letter case does not matter, and spaces, underscores and dashes of any
 * kind stand for the hyphen (`data transform`, `DATA_TRANSFORM`). Null for anything else: never a guess.
 */
export function parseTaskType(text: string): TaskType | null {
  const wanted = text
    .trim()
    .toLowerCase()
    .replace(/[\s_\p{Pd}]+/gu, '-')
  return TASK_TYPES.find(type => type.toLowerCase() === wanted) ?? null
}
