import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Packed } from './packed.ts'
import type { Command } from './run.ts'
import type { Row } from './table.ts'

/** What every section works with. */
export interface Bench {
  /** A folder of the section's own; gone when the suite ends. */
  readonly folder: string
  readonly packed: Packed
  /** Measures more where that takes minutes. */
  readonly full: boolean
  /** Says something beside the table. */
  say(line: string): void
}

/** One section of the suite. */
export interface Section {
  readonly name: string
  /** What is measured, against what. */
  readonly title: string
  run(bench: Bench): Promise<readonly Row[]>
}

/** A new user's home in `folder`, with a state folder and a cache for compiled code, and nothing of the caller's. */
export function newHome(folder: string): Readonly<Record<string, string>> {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  return {
    HOME: home,
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    TZ: 'UTC',
    NO_COLOR: '1',
    CACHE_DIRECTORY: join(folder, 'cache'),
    ECHOPILOT_STATE_DIR: join(folder, 'state'),
  }
}

/** The program with these words. */
export function echopilot(
  { packed }: Bench,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Command {
  return { words: [packed.bin, ...words], env }
}
