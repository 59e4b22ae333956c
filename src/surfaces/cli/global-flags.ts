/** A flag that every command takes. */
export interface GlobalFlag {
  readonly flag: string
  /** What its value is called in help; null where it takes none. */
  readonly value: string | null
  readonly meaning: string
}

/** In the order of help. */
export const GLOBAL_FLAGS: readonly GlobalFlag[] = [
  { flag: '--config', value: 'file', meaning: 'configuration file' },
  { flag: '--state-dir', value: 'dir', meaning: 'folder of the state store' },
  { flag: '--json', value: null, meaning: 'print one JSON document' },
  { flag: '--quiet', value: null, meaning: 'no progress' },
  { flag: '--verbose', value: null, meaning: 'more on standard error, with traces of defects' },
  { flag: '--no-input', value: null, meaning: 'never ask' },
  { flag: '--yes', value: null, meaning: 'confirm what would be asked' },
]

/** The flag of everything that changes something. */
export const DRY_RUN = { flag: '--dry-run', meaning: 'tell what would be done, and do nothing' } as const

/** Their values, and that of `--dry-run`, which what changes something takes as well. */
export interface GlobalFlags {
  readonly config?: string
  readonly stateDir?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly input?: boolean
  readonly yes?: boolean
  readonly dryRun?: boolean
}
