import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { constants, Script } from 'node:vm'

/** A module of CommonJS, as far as built files use it. */
interface Module {
  exports: unknown
}

/** The function that Node makes of such a file. */
type Wrapped = (
  exports: unknown,
  require: (name: string) => unknown,
  module: Module,
  filename: string,
  dirname: string,
) => void

/** A file for which there was no code, or none that V8 takes. */
interface Missed {
  readonly file: string
  readonly source: Buffer
  readonly script: Script
  /** Whether V8's flags still are as they were when it was loaded. */
  readonly isOfItsFlags: () => boolean
}

/**
 * Loads a file of the built program with the code that an earlier run compiled, and all that it requires of its own
 * folder. Returns its exports. Node has such a cache of its own (module.enableCompileCache), but writes it when a file
 * is loaded, before most of its functions ran: V8 compiles those anew at each start, which is a fifth of what a job
 * costs that finds nothing to do. This one is written when the process ends, with all that ran.
 *
 * The cache is a folder, which may be missing: one for each job, for each runs other functions. Several processes may
 * use it at once. What cannot be kept is compiled again at the next start.
 */
export function loadCompiled(main: string, cache: string): unknown {
  const folder = dirname(main)
  const outside = createRequire(main)
  const modules = new Map<string, Module>()
  const missed: Missed[] = []
  const load = (file: string): unknown => {
    const known = modules.get(file)
    if (known !== undefined) return known.exports
    const source = sourceOf(file, outside)
    const { script, isTaken } = compiled(file, source, join(cache, basename(file)))
    if (!isTaken) missed.push({ file, source, script, isOfItsFlags: sameFlags(file) })
    const module: Module = { exports: {} }
    modules.set(file, module)
    try {
      // It is what the source evaluates to.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const run = script.runInThisContext() as Wrapped
      run(module.exports, inside, module, file, folder)
    } catch (error) {
      modules.delete(file)
      throw error
    }
    return module.exports
  }
  const required = (name: string): unknown => {
    if (name.startsWith('./')) return load(join(folder, name))
    return name.startsWith('node:') ? process.getBuiltinModule(name) : outside(name)
  }
  const inside = Object.assign(required, { resolve: outside.resolve })
  process.once('exit', () => {
    if (missed.length > 0) keep(cache, folder, missed)
  })
  return load(main)
}

/** @throws as Node does for a part of a program that is not there: an installation takes those of another one away */
function sourceOf(file: string, outside: NodeJS.Require): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    outside.resolve(file)
    throw error
  }
}

/** A file as a script, and whether kept code was taken for it. */
function compiled(file: string, source: Buffer, kept: string): { script: Script; isTaken: boolean } {
  const code = codeIn(kept, source)
  const wrapped = `(function (exports, require, module, __filename, __dirname) { ${source.toString()}\n})`
  const script = new Script(wrapped, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(code === null ? {} : { cachedData: code }),
  })
  return { script, isTaken: code !== null && script.cachedDataRejected === false }
}

const LENGTH_BYTES = 4

/**
 * The code that is kept for a source: it stands before that source and its own length. V8 itself compares only the
 * length of the source, so that the code of another version of the program might run in the place of this one's.
 */
function codeIn(kept: string, source: Buffer): Buffer | null {
  const bytes = readKept(kept)
  if (bytes === null) return null
  const length = bytes.length - LENGTH_BYTES - source.length
  if (length <= 0 || bytes.readUInt32LE(bytes.length - LENGTH_BYTES) !== length) return null
  return bytes.subarray(length, -LENGTH_BYTES).equals(source) ? bytes.subarray(0, length) : null
}

/** Null where there is nothing to be read: a cache keeps no program from starting. */
function readKept(kept: string): Buffer | null {
  try {
    return fs.readFileSync(kept)
  } catch (error) {
    if (isOfSystem(error)) return null
    throw error
  }
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/**
 * V8 takes code only under the flags that it was made under, and the program changes some when it has work: what is
 * made after that would be refused at the next start. Returns how to ask whether they still are what they are now.
 */
function sameFlags(file: string): () => boolean {
  const cachedData = new Script('0').createCachedData()
  // Under a name that was not used before: otherwise V8 takes the script that it has, and does not look at the code.
  return () => new Script('0', { filename: file, cachedData }).cachedDataRejected === false
}

/** Keeps the code of files that had none, and forgets that of files which are no part of the program any more. */
function keep(cache: string, folder: string, missed: readonly Missed[]): void {
  try {
    fs.mkdirSync(cache, { recursive: true, mode: 0o700 })
    for (const { file, script, source, isOfItsFlags } of missed) {
      if (isOfItsFlags()) write(join(cache, basename(file)), script.createCachedData(), source)
    }
    const files = new Set(fs.readdirSync(folder))
    for (const name of fs.readdirSync(cache)) {
      if (!files.has(name)) fs.rmSync(join(cache, name), { force: true })
    }
  } catch (error) {
    // A full disk, or one that is read-only: the next start is slower, and nothing else.
    if (!isOfSystem(error)) throw error
  }
}

/** Whole or not at all, also where the power fails: V8 trusts what it is given. */
function write(kept: string, code: Buffer, source: Buffer): void {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(code.length)
  const temporary = `${kept}.${process.pid}`
  fs.writeFileSync(temporary, Buffer.concat([code, source, length]), { mode: 0o600, flush: true })
  fs.renameSync(temporary, kept)
}
