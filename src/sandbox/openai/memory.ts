/** What the stand-in remembers of prompts: their beginnings, which are cached, and briefs that had their malformed verdict. */
import { createHash } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { objects } from '../lib/objects.ts'
import { BYTES_PER_TOKEN } from './billing.ts'

/** The memory of one stand-in. */
export interface Memory {
  /**
   * The cached tokens of this prompt, which is remembered: as with the real API, a prompt whose beginning was sent
   * before pays less for that beginning. Nothing is forgotten by time, so that costs do not depend on the clock.
   */
  cachedTokens(model: string, texts: readonly string[]): number
  /** True for the first call with this brief, false ever after. */
  isFirst(brief: string): boolean
}

const FIRST_TOKENS = 1024
const STEP_TOKENS = 128

/** Opens the memory over a database with the table of stored objects. */
export function memory(db: Database): Memory {
  const beginnings = objects<{ readonly tokens: number }>(db, 'prompt-beginning')
  const briefs = objects<true>(db, 'brief')
  return {
    cachedTokens: (model, texts) => {
      const asked = beginningsOf(texts).map(({ tokens, digest }) => ({ tokens, id: `${model}/${digest}` }))
      const cached = asked.findLast(({ id }) => beginnings.get(id) !== undefined)
      for (const { tokens, id } of asked) beginnings.add({ tokens }, id)
      return cached?.tokens ?? 0
    },
    isFirst: brief => briefs.add(true, createHash('sha256').update(brief).digest('hex')),
  }
}

/** A digest for the first 1024 tokens and for each 128 more. */
function beginningsOf(texts: readonly string[]): readonly { tokens: number; digest: string }[] {
  const bytes = Buffer.from(texts.join('\u0000'), 'utf8')
  const hash = createHash('sha256')
  const found: { tokens: number; digest: string }[] = []
  let done = 0
  for (let tokens = FIRST_TOKENS; tokens * BYTES_PER_TOKEN <= bytes.length; tokens += STEP_TOKENS) {
    const end = tokens * BYTES_PER_TOKEN
    hash.update(bytes.subarray(done, end))
    found.push({ tokens, digest: hash.copy().digest('hex') })
    done = end
  }
  return found
}
