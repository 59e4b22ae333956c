import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from './errors.ts'
import { nodeChildProcess, nodeCrypto } from './node-modules.ts'
import { readPipe, readWhole } from './read-file.ts'
import type { Clock, Files, Processes, ProgramEnd, Programs, Random } from './world.ts'
import { beginFile, writeFile } from './write-file.ts'

/** The machine's clock and timers. */
export function realClock(): Clock {
  return {
    now: () => Date.now(),
    // Not performance.now(): the first look at it loads a part of Node that nothing else needs.
    monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
    sleep: (ms, signal) =>
      new Promise(resolve => {
        if (signal?.aborted === true) {
          resolve()
          return
        }
        const done = (): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        signal?.addEventListener('abort', done)
      }),
    every: (everyMs, callback) => {
      const timer = setInterval(callback, everyMs)
      timer.unref()
      return () => clearInterval(timer)
    },
    soon: callback => void setImmediate(callback),
    deadline: ms => AbortSignal.timeout(ms),
  }
}

/** The system is asked for this many random bytes at once: each id takes ten, and each question costs more than an id. */
const POOL_BYTES = 4096

/** The system's randomness. */
export function realRandom(): Random {
  let pool: Uint8Array = new Uint8Array()
  return {
    bytes: count => {
      if (pool.length < count) pool = nodeCrypto().randomBytes(Math.max(count, POOL_BYTES))
      const taken = pool.subarray(0, count)
      pool = pool.subarray(count)
      return taken
    },
    fraction: () => nodeCrypto().randomInt(2 ** 47) / 2 ** 47,
  }
}

/** The real file system. */
export function realFiles(): Files {
  return {
    readText: path => readOrNull(() => readWhole(path).toString('utf8')),
    readBytes: path => readOrNull(() => readWhole(path)),
    readPipe,
    mode: path => readOrNull(() => fs.statSync(path).mode & 0o777),
    writeText: (path, text, mode) => {
      makeFolders(dirname(path), 0o700)
      writeFile(path, text, mode)
    },
    beginText: (path, mode) => {
      makeFolders(dirname(path), 0o700)
      return beginFile(path, mode)
    },
    makeFile: (path, mode) => {
      try {
        fs.closeSync(fs.openSync(path, 'wx', mode))
        return true
      } catch (error) {
        return codeOf(error) === 'EEXIST'
      }
    },
    tighten,
    rename: fs.renameSync,
    makeDir: makeFolders,
    list: path => readOrNull(() => fs.readdirSync(path)) ?? [],
    exists: path => fs.existsSync(path),
    freeBytes: path => {
      const disk = readOrNull(() => fs.statfsSync(path))
      return disk === null ? null : disk.bavail * disk.bsize
    },
    isEmptyDir: path => fs.readdirSync(path).length === 0,
    remove: path => fs.rmSync(path, { force: true, recursive: true }),
  }
}

function tighten(path: string): void {
  const stat = readOrNull(() => fs.statSync(path))
  if (stat === null || !stat.isFile() || (stat.mode & 0o077) === 0) return
  try {
    fs.chmodSync(path, stat.mode & 0o700)
  } catch (error) {
    // Another user's file, or a disk that is read-only: it stays as it is.
    if (!['EPERM', 'EROFS', 'ENOENT'].includes(String(codeOf(error)))) throw error
  }
}

/** Like `mkdir -p`. Node's own never ends where a parent takes no folders, such as /proc. */
function makeFolders(path: string, mode: number): void {
  if (fs.existsSync(path)) return
  makeFolders(dirname(path), mode)
  try {
    fs.mkdirSync(path, { mode })
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (isNotThere(error)) return null
    throw error
  }
}

function isNotThere(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}

/**
 * Identity of a process on Linux: boot id, pid namespace, pid, start time and machine, so that neither a reboot, a
 * container nor a reused pid can be mistaken for the owner of a lease, and a machine that was restarted knows that all
 * of its processes of before are dead. Elsewhere (no /proc) only this very
 * process is known to live, and others are left to the expiry of their lease.
 */
export function realProcesses(files: Files, pid: number): Processes {
  const ownBoot = files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? NO_BOOT
  const place = `${ownBoot}/${pidNamespace()}`
  const machine = machineName(files)
  const self = `${place}/${pid}/${startTime(files, pid) ?? 'unknown'}/${machine}`
  const state: Processes['state'] = owner => {
    if (owner === self) return 'alive'
    const [boot, namespace, ownerPid, started, ownerMachine] = owner.split('/')
    // A sandbox may hide the boot id, from either of us: then nothing is known of the other.
    if (boot === NO_BOOT || ownBoot === NO_BOOT) return 'elsewhere'
    if (boot !== ownBoot && machine !== NO_MACHINE && ownerMachine === machine) return 'dead'
    if (`${boot}/${namespace}` !== place) return 'elsewhere'
    const found = startTime(files, Number(ownerPid))
    if (found === null && isHidden(files, Number(ownerPid))) return 'elsewhere'
    return found === started ? 'alive' : 'dead'
  }
  const nameOf = (owner: string): string => {
    const where =
      state(owner) === 'elsewhere' ? 'in another container or on another machine' : 'on this machine'
    return `pid ${owner.split('/')[2] ?? 'unknown'} ${where}`
  }
  return { self, state, nameOf, keepHeapSmall }
}

/**
 * Otherwise V8's young generation grows to 50 MB, and the old one to four times what is in use, before anything is
 * collected. V8 reads both flags at each collection, so they take effect from now on.
 */
function keepHeapSmall(): void {
  const v8 = process.getBuiltinModule('node:v8')
  v8.setFlagsFromString('--semi-space-growth-factor=1')
  v8.setFlagsFromString('--heap-growing-percent=30')
}

/** Whether there is such a process all the same: /proc may hide those of other users (proc(5), hidepid). */
function isHidden(files: Files, pid: number): boolean {
  if (files.exists(`/proc/${pid}`)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

const NO_BOOT = 'no-boot-id'
const NO_MACHINE = 'no-machine-id'

/** A part only: the whole id is to stay on its machine (machine-id(5)). */
function machineName(files: Files): string {
  const id = files.readText('/etc/machine-id')?.trim() ?? ''
  return /^[0-9a-f]{32}$/.test(id) ? id.slice(0, 12) : NO_MACHINE
}

function pidNamespace(): string {
  return readOrNull(() => fs.readlinkSync('/proc/self/ns/pid')) ?? 'no-namespace'
}

/** Field 22 of /proc/pid/stat; the name in field 2 may hold spaces and brackets, so count from the last `)`. */
function startTime(files: Files, pid: number): string | null {
  const stat = readProcessStat(files, pid)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie holds its pid but works no more.
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
}

function readProcessStat(files: Files, pid: number): string | null {
  try {
    return files.readText(`/proc/${pid}/stat`)
  } catch {
    // The process ended between open and read (ESRCH): the same as no file.
    return null
  }
}

/** More is not read of what a program says. */
const MOST_SAID_BYTES = 1 << 20

/** The programs of this machine, found on the PATH that they are given. */
export function realPrograms(): Programs {
  return {
    run: ([name, ...args], { env, timeoutMs, input = '' }) =>
      new Promise<ProgramEnd>(resolve => {
        const options = {
          env,
          timeout: timeoutMs,
          killSignal: 'SIGKILL',
          maxBuffer: MOST_SAID_BYTES,
          encoding: 'utf8',
        } as const
        const child = nodeChildProcess().execFile(name, args, options, (error, out, err) => {
          if (error === null) resolve({ kind: 'ended', exit: 0, out, err })
          else if (typeof error.code === 'number') resolve({ kind: 'ended', exit: error.code, out, err })
          else resolve({ kind: 'failed', why: whyNot(name, error.code, error.killed === true) })
        })
        // One that reads no input may have closed it already.
        child.stdin?.on('error', () => {})
        child.stdin?.end(input)
      }),
    attach: ([name, ...args], env) =>
      new Promise<number>((resolve, reject) => {
        // A terminal of its own is read by the program itself, which must stay in front for that.
        const detached = !process.stdin.isTTY
        const child = nodeChildProcess().spawn(name, args, { env, detached, stdio: 'inherit' })
        child.on('error', (error: NodeJS.ErrnoException) =>
          reject(
            new AppError('config', whyNot(name, error.code, false), `mend that, or put ${name} on the PATH`),
          ),
        )
        child.on('close', (code, signal) =>
          resolve(code ?? 128 + (signal === null ? 0 : signalNumber(signal))),
        )
      }),
  }
}

function signalNumber(signal: NodeJS.Signals): number {
  return process.getBuiltinModule('node:os').constants.signals[signal]
}

function whyNot(name: string, code: string | number | null | undefined, isKilled: boolean): string {
  if (code === 'ENOENT') return `there is no program ${name} on the PATH`
  return isKilled ? `${name} did not end in time` : `${name} could not be run (${String(code)})`
}
