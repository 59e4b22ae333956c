/** Prompt caching as the real API does it: a prompt whose beginning was sent before pays less for that beginning. */
import { createHash } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { BYTES_PER_TOKEN } from './tokens.ts'

/** Tables of {@link promptCache}. */
export const CACHE_SCHEMA = `
CREATE TABLE IF NOT EXISTS prompt_prefix (
  model TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (model, digest)
) STRICT, WITHOUT ROWID;`

/** The prompts seen so far. Unlike the real one it never forgets by time, so that costs do not depend on the clock. */
export interface PromptCache {
  /** The cached tokens of this prompt, and remembers it. */
  lookUp(model: string, texts: readonly string[]): number
  clear(): void
}

const FIRST_TOKENS = 1024
const STEP_TOKENS = 128

/** Opens the cache over `db`, which must have {@link CACHE_SCHEMA}. */
export function promptCache(db: Database): PromptCache {
  const has = db.prepare<[string, string]>('SELECT 1 FROM prompt_prefix WHERE model = ? AND digest = ?')
  const add = db.prepare<[string, string]>(
    'INSERT OR IGNORE INTO prompt_prefix (model, digest) VALUES (?, ?)',
  )
  const clear = db.prepare('DELETE FROM prompt_prefix')
  return {
    lookUp: (model, texts) => {
      const prefixes = prefixDigests(texts)
      const cached = prefixes.findLast(({ digest }) => has.get(model, digest) !== undefined)
      for (const { digest } of prefixes) add.run(model, digest)
      return cached?.tokens ?? 0
    },
    clear: () => clear.run(),
  }
}

/** A digest for the first 1024 tokens and for each 128 more. */
function prefixDigests(texts: readonly string[]): { tokens: number; digest: string }[] {
  const bytes = Buffer.from(texts.join('\u0000'), 'utf8')
  const hash = createHash('sha256')
  const digests: { tokens: number; digest: string }[] = []
  let done = 0
  for (let tokens = FIRST_TOKENS; tokens * BYTES_PER_TOKEN <= bytes.length; tokens += STEP_TOKENS) {
    const end = tokens * BYTES_PER_TOKEN
    hash.update(bytes.subarray(done, end))
    digests.push({ tokens, digest: hash.copy().digest('hex') })
    done = end
  }
  return digests
}
