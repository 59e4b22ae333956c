import type { Fetch } from './http/fetch.ts'

/**
 * Everything that makes two runs of the same code differ. `main.ts` builds the real one; tests build their
 * own. Nothing else in `src` reads a clock, randomness, the environment, the network or `process`.
 */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly fetch: Fetch
  readonly files: Files
  readonly processes: Processes
  readonly programs: Programs
  readonly host: Host
}

/** Time. Instants are integer milliseconds UTC. */
export interface Clock {
  now(): number
  /** Never goes back; for durations only. */
  monotonicMs(): number
  /** Resolves after `ms`, or at once when `signal` aborts (it does not reject: callers look at the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back every `everyMs` until the returned function is called; does not keep the process alive. */
  every(everyMs: number, callback: () => void): () => void
  /** Calls back as soon as all that has arrived by now was handled. */
  soon(callback: () => void): void
  /** A signal that aborts with a `TimeoutError` after `ms`. */
  deadline(ms: number): AbortSignal
}

/** Randomness, all of it. */
export interface Random {
  bytes(count: number): Uint8Array
  /** Uniform in [0, 1). */
  fraction(): number
}

/** The part of the file system that is used. Paths are absolute. A file that is not there reads as `null`. */
export interface Files {
  /** Does not wait: a pipe is read as far as it is filled. What is too large is refused. */
  readText(path: string): string | null
  readBytes(path: string): Uint8Array | null
  /** All that is written into a pipe, as it comes, unless `stop` comes first; null where the path is no pipe. */
  readPipe(path: string, stop: AbortSignal): Promise<Uint8Array | null>
  /** Permission bits, or `null` where there is no such file. */
  mode(path: string): number | null
  /**
   * Writes whole or not at all. What is there and is no regular file is never replaced: devices and pipes are
   * written into, links are followed.
   * @throws AppError `usage` for a folder or a socket, `refused` for a link that cannot be trusted
   */
  writeText(path: string, text: string | Uint8Array, mode: number): void
  /** Begins to write such a file, part by part. @throws AppError as `writeText` */
  beginText(path: string, mode: number): FileWriting
  /** Makes an empty file; one that is there stays as it is. False where there is none afterwards. */
  makeFile(path: string, mode: number): boolean
  /** Takes from all but its owner what they may do with a regular file, as far as we may. */
  tighten(path: string): void
  /** In one step; a file that has that name is replaced. */
  rename(from: string, to: string): void
  makeDir(path: string, mode: number): void
  /** Names in a folder; none where it is not there. */
  list(path: string): string[]
  exists(path: string): boolean
  /** Bytes that we may still write to the disk of a path; null where that is not told. */
  freeBytes(path: string): number | null
  isEmptyDir(path: string): boolean
  remove(path: string): void
}

/** A file that is being written: a regular one is not there, or is as it was, until its end. */
export interface FileWriting {
  write(content: string | Uint8Array): void
  end(): void
  /** Nothing is left of it, but what a device or a pipe was given. Also after an end that failed. */
  giveUp(): void
}

/** Processes: enough to know later, from another one, whether this one still runs. */
export interface Processes {
  /** This process, as written into leases and locks. */
  readonly self: string
  /**
   * `dead` only where it is certain: same boot, same pid namespace, and no process with that pid and start
   * time; or an earlier boot of this machine. `elsewhere` is another machine, boot or namespace, where only the expiry of a lease tells.
   */
  state(owner: string): 'alive' | 'dead' | 'elsewhere'
  /** One of them for people: `pid 4711 on this machine`. */
  nameOf(owner: string): string
  /**
   * Collects garbage early from now on, rather than let memory grow: a process that works through a long queue
   * needs hardly more than one that works through a short one, and no more time.
   */
  keepHeapSmall(): void
}

/** Other programs of this machine. */
export interface Programs {
  /**
   * Runs one to its end, without a shell; it sees only the environment that is given. What is not
   * there, or was stopped after `timeoutMs`, is told, not thrown.
   */
  run(command: readonly [name: string, ...args: string[]], options: ProgramOptions): Promise<ProgramEnd>
  /**
   * Runs one on our own streams, in a session of its own, so that keys of the terminal reach us alone. Returns its
   * exit code; 128 and the number of the signal that ended it.
   */
  attach(
    command: readonly [name: string, ...args: string[]],
    env: Readonly<Record<string, string>>,
  ): Promise<number>
}

/** What a program is given. */
export interface ProgramOptions {
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Standard input; empty where it is left out. */
  readonly input?: string
}

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly exit: number; readonly out: string; readonly err: string }
  | { readonly kind: 'failed'; readonly why: string }

/** What the process was started with. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly homeDir: string
  /** Name of the operator's account, for the audit trail. */
  readonly user: string
  readonly nodeVersion: string
  readonly pid: number
  readonly execPath: string
  /** The launcher, as it was started; empty where there was none. */
  readonly scriptPath: string
}
