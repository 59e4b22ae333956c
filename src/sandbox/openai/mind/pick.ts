/** Choosing from a brief's statements what fits a heading. */
import type { Brief } from './brief.ts'
import { keyTerms } from './terms.ts'
import { capitalised, firstWords, words } from './text.ts'

const HINTS: readonly (readonly [heading: RegExp, statement: RegExp])[] = [
  [
    /pric|cost|budget|fee|preis|kosten/iu,
    /[€$£]|\b(?:prices?|costs?|fee|rate|discount|euros?|per month|preis|kosten|kostet)\b/iu,
  ],
  [
    /timeline|date|schedule|zeitplan|termin/iu,
    /\b(?:\d{1,2}:\d{2}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|weeks?|montag|freitag|uhr|januar|februar|märz|oktober|dezember|minuten|wochen)\b/iu,
  ],
  [
    /call to action|contact|handlungs|kontakt/iu,
    /https?:|www\.|@|\b(?:book(?:ed)?|calls?|register|sign up|reply|ordered|visit|phone|anmeld\w*|buchen|vereinbaren)\b/iu,
  ],
  [
    /recommend|conclusion|empfehlung|fazit/iu,
    /\b(?:best|prefer|priority|most|only|important|matter|cheapest|fastest|wichtig|beste|keine kosten)\b/iu,
  ],
  [
    /risk|objection|nachteil/iu,
    /\b(?:risk|but|however|problem|worr\w*|not|no|delay|limit|missing|late|aber|nicht)\b/iu,
  ],
  [
    /decision|beschl/iu,
    /\b(?:decided?|agreed?|agrees|let's go with|approved|confirmed|beschlossen|einig)\b/iu,
  ],
  [
    /action item|next step|to.?do|aufgabe|schritt/iu,
    /\b(?:I'll|I will|we will|will|need to|needs to|has to|must|by (?:mon|tue|wed|thu|fri|sat|sun|the|end|\d)|until|deadline|werde|bis)\b/iu,
  ],
  [/deliver|liefer/iu, /\bdeliver\w*|\bliefer\w*/iu],
  [/how it works|process|ablauf/iu, /\b(?:orders?|arrive|placed|click|book|steps?|bestell\w*)\b/iu],
]

/** Hands out statements; those already handed out come last, so that a document repeats itself as little as it can. */
export interface Picker {
  /** Up to `limit` statements that fit the heading best, in the brief's order. */
  pick(heading: string, limit: number): readonly string[]
  /** Those of `candidates` that were not handed out, and hands them out. */
  rest(candidates: readonly string[]): readonly string[]
}

/** A picker over all statements of a brief. */
export function picker(brief: Brief): Picker {
  const used = new Map<string, number>()
  const take = (chosen: readonly string[]): readonly string[] => {
    for (const statement of chosen) used.set(statement, (used.get(statement) ?? 0) + 1)
    return chosen
  }
  return {
    pick: (heading, limit) => take(best(brief.statements, heading, limit, used)),
    rest: candidates => take(candidates.filter(statement => !used.has(statement))),
  }
}

function best(
  statements: readonly string[],
  heading: string,
  limit: number,
  used: ReadonlyMap<string, number>,
): readonly string[] {
  const hint = HINTS.find(([pattern]) => pattern.test(heading))?.[1]
  const wanted = words(heading).filter(word => word.length > 3)
  const ranked = statements
    .map((statement, index) => ({
      statement,
      index,
      score:
        (hint?.test(statement) === true ? 4 : 0) +
        3 * overlap(statement, wanted) -
        2 * (used.get(statement) ?? 0),
    }))
    .toSorted((one, other) => other.score - one.score || one.index - other.index)
  const chosen = ranked.slice(0, limit).toSorted((one, other) => one.index - other.index)
  return chosen.map(({ statement }) => statement)
}

function overlap(statement: string, wanted: readonly string[]): number {
  const lower = statement.toLowerCase()
  return wanted.filter(word => lower.includes(word)).length
}

const FRAGMENT_WORDS = 9

/** `count` short lines, each a piece of the brief; made of its key terms when it says too little. */
export function fragments(brief: Brief, count: number): readonly string[] {
  const pieces = brief.statements
    .flatMap(statement =>
      statement
        .replace(/^\p{Lu}[\p{L} .]{1,30}:\s/u, '')
        .split(/[,;:.?!–—](?:\s|$)|\s(?:and|und|but|aber|because|weil)\s/u),
    )
    .map(piece => capitalised(firstWords(piece.trim(), FRAGMENT_WORDS)))
    .filter(piece => piece.split(/\s+/).length >= 3 || /[^\p{Script=Latin}\s\d\p{P}]{4}/u.test(piece))
  const terms = keyTerms(brief.material, count).map(term => `${capitalised(term)} – ${brief.title}`)
  const spare = Array.from({ length: count }, (_, index) => `${brief.title} (${String(index + 1)})`)
  return [...new Set([...pieces, ...terms, ...spare])].slice(0, count)
}
