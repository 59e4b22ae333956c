import { ACCOUNT, type Directives } from './hardening.ts'

/** A file that systemd reads. */
export interface UnitFile {
  /** Below `systemd` in the checkout, and below /etc/systemd, /etc/sysusers.d or /etc/tmpfiles.d where installed. */
  readonly path: string
  readonly text: string
}

/** What the files are made of beside the schedule. */
export interface UnitFacts {
  /**
   * Node and the launcher, by absolute paths that mean themselves to systemd and to a shell: no blanks, quotes, dollars
   * and percent signs.
   */
  readonly node: string
  readonly program: string
  /** Credentials by their names in the folder that systemd makes, each with the store that it lies in. */
  readonly credentials: readonly Credential[]
}

/** A secret that units are given. */
export interface Credential {
  /** In lower case, as the program looks for it: `notion_token`. */
  readonly name: string
  /** Whether it lies in /etc/credstore.encrypted (systemd-creds(1)) or, in plain text, in /etc/credstore. */
  readonly kind: 'encrypted' | 'plain'
}

/** The target that starts and stops all timers together. */
export const TARGET = 'echopilot.target'

/** The first line of each file; what has it is ours to replace and to remove. */
export const MARK = '# Made by `echopilot systemd install` of the schedule; changes belong in drop-ins.'

/** Where the state is, and where Node keeps compiled code (systemd.exec(5), StateDirectory=). */
export const STATE_FOLDER = `/var/lib/${ACCOUNT}`
/** Emptied without loss. */
export const CACHE_FOLDER = `/var/cache/${ACCOUNT}`
/** Where the configuration and nothing secret is. */
export const CONFIG_FOLDER = '/etc/echopilot'

/** The file of a credential in its store: other programs keep theirs beside it. */
export function credentialFile(name: string): string {
  return `echopilot.${name}`
}

/** A section of a unit file. */
export type Section = readonly [name: string, directives: Directives]

/** A unit of these sections. */
export function unit(name: string, sections: readonly Section[]): UnitFile {
  const texts = sections.map(
    ([section, directives]) =>
      `[${section}]\n${directives.map(([key, value]) => `${key}=${value}\n`).join('')}`,
  )
  return { path: `system/${name}`, text: `${MARK}\n\n${texts.join('\n')}` }
}

/** A catch-up after a boot would come before the network otherwise. */
export const WHEN_ONLINE: Directives = [
  ['Wants', 'network-online.target'],
  ['After', 'network-online.target'],
]

/** How this program is started, with options of Node. */
export function startOf({ node, program }: UnitFacts, options = HEAP): string {
  return `${node} ${options} ${program}`
}

/** More than a long queue was seen to take; beyond it Node ends with a message, before the kernel ends it without one. */
const HEAP = '--max-old-space-size=512'

/** Who a process of ours is, and what is its own. A mode stands after its folder, whose reset would reset it. */
export function identityOf({ credentials }: Pick<UnitFacts, 'credentials'>): Directives {
  return [...IDENTITY, ...credentials.map(loadOf), ['SyslogIdentifier', 'echopilot']]
}

/** What the units and a command that root types have in common: they work on one store. */
const IDENTITY: Directives = [
  ['User', ACCOUNT],
  ['Group', ACCOUNT],
  ['UMask', '0077'],
  ['StateDirectory', ACCOUNT],
  ['StateDirectoryMode', '0700'],
  ['CacheDirectory', ACCOUNT],
  ['CacheDirectoryMode', '0700'],
]

/** Searched for by name in the stores, a credential that is not there is left out; by path it would be an error. */
function loadOf({ name, kind }: Credential): readonly [name: string, value: string] {
  return [
    kind === 'encrypted' ? 'LoadCredentialEncrypted' : 'LoadCredential',
    `${name}:${credentialFile(name)}`,
  ]
}
