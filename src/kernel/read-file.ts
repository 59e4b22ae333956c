import * as fs from 'node:fs'
import { AppError } from './errors.ts'
import { nodeNet } from './node-modules.ts'

/** More than any text that is asked for; what is larger is a mistake, such as a video given as a brief. */
const MOST_BYTES = 32 * 1024 * 1024
const CHUNK_BYTES = 64 * 1024

/** Opening a pipe in the usual way waits for a writer, and no signal is heard meanwhile. */
const WITHOUT_WAITING = fs.constants.O_RDONLY | fs.constants.O_NONBLOCK

/** A key that another program prints into a pipe is there nearly at once. */
const PATIENCE_MS = 2_000
const PAUSE_MS = 10

/**
 * Reads a file at once. A pipe is given a moment to be filled.
 * @throws AppError `usage` where it is too large, or a pipe that holds nothing
 */
export function readWhole(path: string): Buffer {
  const file = fs.openSync(path, WITHOUT_WAITING)
  try {
    const chunks = [...chunksOf(file, path)]
    if (chunks.length > 0 || !fs.fstatSync(file).isFIFO()) return Buffer.concat(chunks)
    throw new AppError('usage', `${path} is a pipe that nobody writes into`, 'name a file')
  } finally {
    fs.closeSync(file)
  }
}

function* chunksOf(file: number, path: string): Iterable<Buffer> {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let bytes = 0
  for (let read = readSome(file, chunk); read > 0; read = readSome(file, chunk)) {
    bytes += read
    if (bytes > MOST_BYTES) throw tooLarge(path)
    yield Buffer.from(chunk.subarray(0, read))
  }
}

function readSome(file: number, chunk: Buffer): number {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      return fs.readSync(file, chunk)
    } catch (error) {
      const isEmpty = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
      if (!isEmpty || waitedMs >= PATIENCE_MS) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}

/** Reads a pipe until all who write into it are done, also one that nobody writes into yet; null for what is none. */
export async function readPipe(path: string, stop: AbortSignal): Promise<Buffer | null> {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) return null
  const { Socket } = nodeNet()
  const fd = fs.openSync(path, WITHOUT_WAITING)
  return readStream(new Socket({ fd, readable: true, writable: false }), path, stop)
}

/**
 * Reads a stream to its end.
 * @throws AppError `usage` where it is too large, or `stop` came first
 */
export async function readStream(
  stream: AsyncIterable<unknown> & { destroy(error: Error): unknown },
  name: string,
  stop: AbortSignal,
): Promise<Buffer> {
  const breakOff = (): void => {
    stream.destroy(
      new AppError('usage', `told to stop before ${name} was read`, 'run the same command again'),
    )
  }
  if (stop.aborted) breakOff()
  stop.addEventListener('abort', breakOff)
  try {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of stream) {
      const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      bytes += part.length
      if (bytes > MOST_BYTES) throw tooLarge(name)
      chunks.push(part)
    }
    return Buffer.concat(chunks)
  } finally {
    stop.removeEventListener('abort', breakOff)
  }
}

function tooLarge(name: string): AppError {
  const most = `${MOST_BYTES / 1024 / 1024} MB`
  return new AppError('usage', `${name} is larger than ${most}`, 'give the text that is to be worked on')
}
