/** How human text is marked up; a surface decides what that looks like. Each keeps the text's own width. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
  /** Columns of the terminal. */
  readonly columns: number
}

/** No marks at all, for files, pipes and tests. */
export const PLAIN_STYLE: Style = {
  bold: text => text,
  dim: text => text,
  good: text => text,
  warn: text => text,
  bad: text => text,
  columns: 80,
}
