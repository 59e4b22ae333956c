/** What the stand-in refuses to do. */
import { lines, sentencesOf } from './text.ts'

const HARMS: readonly RegExp[] = [
  /\b(?:fake|invented|made-up|fabricated|gefälschte?n?|erfundene?n?)\b[^.]{0,40}\b(?:reviews?|testimonials?|ratings?|Bewertungen|Rezensionen)\b/iu,
  /\breviews?\b[^.]{0,60}\b(?:pretend|pose|posing)\b|\b(?:pretend|pose|posing)\b[^.]{0,60}\breviews?\b/iu,
  /\bphishing\b/iu,
  /\b(?:forged?|counterfeit|falsified|fake|gefälschte?n?)\b[^.]{0,30}\b(?:documents?|certificates?|invoices?|diplomas?|passports?|signatures?|Zertifikate?|Rechnung(?:en)?|Dokumente?)\b/iu,
  /\b(?:malware|ransomware|keylogger)\b/iu,
]
const PROTECTIVE =
  /\b(?:detect|prevent|avoid|report|protect|training|awareness|against|recogni[sz]e|spot|never|not|no|without|erkennen|vermeiden|schutz|gegen|keine)\b/iu

/** The refusal for a harmful or deceptive brief, else undefined. Briefs that are about protection from it are none. */
export function refusalFor(brief: string): string | undefined {
  const harmful = lines(brief)
    .flatMap(sentencesOf)
    .some(sentence => HARMS.some(harm => harm.test(sentence)) && !PROTECTIVE.test(sentence))
  return harmful ? REFUSAL : undefined
}

/** What the stand-in says when it refuses. */
export const REFUSAL =
  "I'm sorry, but I can't help with that: it would deceive or harm the people it is meant for."
