/** How human text is marked up; a surface decides what that looks like. Each keeps the text's own width. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly warn: (text: string) => string
  readonly bad: (text: string) => string
  /** A text of ours that names a command: as it has to be typed to start the program as it was started. */
  readonly hint: (text: string) => string
  /** Columns of the terminal; without an end where there is none. */
  readonly columns: number
}

/** No marks at all, for files, pipes and tests. */
export const PLAIN_STYLE: Style = {
  bold: text => text,
  dim: text => text,
  good: text => text,
  warn: text => text,
  bad: text => text,
  hint: text => text,
  columns: 80,
}
