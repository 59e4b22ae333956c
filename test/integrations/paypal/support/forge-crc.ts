/** The trick by which a body is changed and keeps its CRC-32: four bytes, within a text of it, make up for the rest. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})
const BY_TOP = new Map([...TABLE].map((value, index) => [value >>> 24, index]))

/** The state behind some bytes. */
function forward(bytes: Uint8Array): number {
  let state = 0xffffffff
  for (const byte of bytes) state = at((state ^ byte) & 0xff) ^ (state >>> 8)
  return state >>> 0
}

/** The state before some bytes, of which the one behind them is known. */
function backward(end: number, bytes: Uint8Array): number {
  let state = end
  for (const byte of bytes.toReversed()) {
    const index = BY_TOP.get(state >>> 24) ?? 0
    state = (((state ^ at(index)) << 8) | (index ^ byte)) >>> 0
  }
  return state
}

function at(index: number): number {
  return TABLE[index] ?? 0
}

/** Four bytes between two parts that give the whole a checksum. */
function between(start: Uint8Array, end: Uint8Array, crc: number): Buffer {
  const after = backward(~crc >>> 0, end)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE((backward(after, new Uint8Array(4)) ^ forward(start)) >>> 0)
  return bytes
}

/** The text with its `summary` grown by what gives it a checksum, and which is printable. */
export function withChecksum(json: string, crc: number): string {
  const mark = '"summary":"'
  const cut = json.indexOf(mark) + mark.length
  for (let number = 0; number < 100_000; number += 1) {
    const start = `${json.slice(0, cut)}${String(number)}`
    const bytes = between(Buffer.from(start), Buffer.from(json.slice(cut)), crc)
    if (bytes.every(byte => byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c)) {
      return start + bytes.toString('latin1') + json.slice(cut)
    }
  }
  throw new Error('no printable bytes were found')
}
