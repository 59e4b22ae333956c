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

/** In the place of a command, for timers: it stands in the schedule. */
export const JOB_FLAGS: readonly GlobalFlag[] = [
  { flag: '--job', value: 'name', meaning: 'run a job of the schedule, for its last slot' },
  { flag: '--wait', value: 'seconds', meaning: 'wait so long for another run of it to end' },
]

/** The flag of everything that changes something. */
export const DRY_RUN = { flag: '--dry-run', meaning: 'tell what would be done, and do nothing' } as const

/** Their values, that of `--dry-run`, which what changes something takes as well, and those of jobs. */
export interface GlobalFlags {
  readonly config?: string
  readonly stateDir?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly input?: boolean
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly job?: string
  readonly wait?: string
}
