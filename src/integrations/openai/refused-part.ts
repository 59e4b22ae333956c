/** A part of a request that some models and servers refuse, while they would answer without it. */
export type RefusablePart = 'max_tokens' | 'max_completion_tokens' | 'temperature' | 'response_format'

const PARTS: readonly RefusablePart[] = [
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'response_format',
]

/** Statuses of a request that was refused before any work. */
const REFUSALS = new Set<unknown>([400, 422])

/** Not for a value that is too large, too small or wrong: leaving it out would not be what was wanted. */
const SAYS_UNKNOWN =
  /unsupported|not (?:currently )?support|unavailable|unrecogni[sz]ed|unknown|not permitted|only the default/i

/**
 * Sends, and sends again without what is refused as unknown: whoever asks a model that is in no catalog cannot
 * know which name of the limit it takes, and OpenAI's newer ones refuse what all others know. A refusal costs
 * nothing. What is refused is kept in `refused`, so that it is found out once.
 *
 * @param refused what this model is known to refuse; added to
 */
export async function withoutRefused<T>(
  refused: Set<RefusablePart>,
  send: (without: ReadonlySet<RefusablePart>) => PromiseLike<T>,
): Promise<T> {
  // Its own copy: what another call finds out meanwhile was not left out here yet.
  const without = new Set(refused)
  for (;;) {
    try {
      return await send(without)
    } catch (error) {
      const part = refusedPart(error)
      if (part === null || without.has(part)) throw error
      without.add(part)
      refused.add(part)
    }
  }
}

/** OpenAI names the part in `param`; others do so in words only. */
function refusedPart(error: unknown): RefusablePart | null {
  if (!(error instanceof Error) || !('status' in error) || !REFUSALS.has(error.status)) return null
  if (!SAYS_UNKNOWN.test(error.message)) return null
  const param = 'param' in error ? error.param : null
  return PARTS.find(part => part === param) ?? PARTS.find(part => names(error.message, part)) ?? null
}

/** The first name in a text is the one that is refused; another may be advised after it. */
function names(message: string, part: RefusablePart): boolean {
  return new RegExp(`^(?:(?!${PARTS.join('|')})[^])*\\b${part}\\b`).test(message)
}
