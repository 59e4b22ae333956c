/**
 * Token counting: an approximation, the same on every machine. Four UTF-8 bytes are one token, which is close for
 * European prose (o200k: 4.0–4.6 bytes) and for Japanese (3 bytes a character, about 0.75 tokens).
 */

/** Bytes that count as one token. */
export const BYTES_PER_TOKEN = 4
const TOKENS_PER_MESSAGE = 4
const TOKENS_PER_PROMPT = 3

/** Tokens of a text. */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_PER_TOKEN)
}

/** Tokens of a prompt: its texts and the frame around each message; `schemaText` is billed as input, too. */
export function countPromptTokens(texts: readonly string[], schemaText: string): number {
  const content = texts.reduce((sum, text) => sum + TOKENS_PER_MESSAGE + countTokens(text), 0)
  return TOKENS_PER_PROMPT + content + countTokens(schemaText)
}

/** The longest beginning of `text` that has at most `limit` tokens and ends on a whole character. */
export function cutToTokens(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8')
  let end = Math.min(bytes.length, Math.max(0, limit) * BYTES_PER_TOKEN)
  // Bytes 10xxxxxx continue a character that began before the cut.
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}
