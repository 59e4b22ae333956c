/** Bytes that a value takes in a request: UTF-8 of its JSON. */
export function jsonBytes(value: object): number {
  const json = JSON.stringify(value)
  let bytes = json.length
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at)
    // A surrogate pair has two units and four bytes; JSON.stringify escapes lone ones.
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) bytes += 2
    else if (unit >= 0x80) bytes += 1
  }
  return bytes
}
