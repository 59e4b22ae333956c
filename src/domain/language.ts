/** Fewer words than this say nothing certain. */
const FEWEST_WORDS = 20
/** The same for scripts that do not part words. */
const FEWEST_LETTERS = 40
/** In any of the languages above function words are more than this part of running text. */
const LEAST_SHARE = 0.08
/** So many different ones must be seen: one that a foreign language happens to share proves nothing. */
const FEWEST_DIFFERENT = 4
/** How much the found language must outdo the next one: mixed text is not judged. */
const CLEAR_LEAD = 3

/**
 * Whether a text is written in a language (SPEC §8), given as a tag like `de` or `en-GB`. It knows en, de, fr,
 * es, it, pt, nl, pl, ru, ja and zh. `no` is said only where another language, or a script that is not the
 * asked-for language's, is plainly there; short, mixed and list-like texts and unknown languages are `unsure`.
 * Code, addresses and quotations are left out: they may be in any language.
 */
export function looksLike(text: string, language: string): 'yes' | 'no' | 'unsure' {
  const asked = language.trim().toLowerCase().split(/[-_]/)[0] ?? ''
  const script = scriptOf(asked)
  if (script === null) return 'unsure'
  const prose = proseOf(text)
  const found = detectEastAsian(prose) ?? detectByWords(prose)
  if (found !== null) return found === asked ? 'yes' : 'no'
  return isForeignScript(prose, script) ? 'no' : 'unsure'
}

/** Null for a language that is not known. Made when it is asked for: Unicode's tables take a start of any command longer. */
function scriptOf(language: string): RegExp | null {
  if (language === 'ja' || language === 'zh') return hanOrKana()
  if (language === 'ru') return /\p{Script=Cyrillic}/gu
  return Object.hasOwn(FUNCTION_WORDS, language) ? /\p{Script=Latin}/gu : null
}

function hanOrKana(): RegExp {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu
}

function proseOf(text: string): string {
  return text
    .normalize('NFC')
    .replace(/(```|~~~)[\s\S]*?(?:\1|$)/g, ' ')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/^[ \t]*>.*$/gm, ' ')
    .replace(/\b(?:https?:\/\/|www\.)\S+/gi, ' ')
    .replace(/"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」|『[^』\n]*』/g, ' ')
}

function detectEastAsian(prose: string): 'ja' | 'zh' | null {
  const letters = count(prose, /\p{L}/gu)
  const eastAsian = count(prose, hanOrKana())
  if (eastAsian < FEWEST_LETTERS || eastAsian < letters * 0.7) return null
  // Japanese grammar is written in hiragana: prose is never without, Chinese always is.
  const hiragana = count(prose, /\p{Script=Hiragana}/gu)
  if (hiragana > eastAsian * 0.15) return 'ja'
  const particles = Array.from(prose).filter(character => CHINESE_PARTICLES.includes(character)).length
  return hiragana < eastAsian * 0.02 && particles > eastAsian * 0.03 ? 'zh' : null
}

function detectByWords(prose: string): string | null {
  const words = prose.toLowerCase().match(/\p{L}+/gu) ?? []
  if (words.length < FEWEST_WORDS) return null
  const hits = Object.entries(FUNCTION_WORDS)
    .map(([language, list]) => ({ language, listed: new Set<string>(list.split(' ')) }))
    .map(({ language, listed }) => ({ language, words: words.filter(word => listed.has(word)) }))
    .toSorted((a, b) => b.words.length - a.words.length)
  const [first, second] = hits
  if (first === undefined || second === undefined) return null
  const enough =
    first.words.length >= words.length * LEAST_SHARE && new Set(first.words).size >= FEWEST_DIFFERENT
  return enough && first.words.length >= second.words.length * CLEAR_LEAD ? first.language : null
}

/** Latin letters are no proof: names, brands and lists are written in them everywhere. */
function isForeignScript(prose: string, script: RegExp): boolean {
  const letters = count(prose, /\p{L}/gu)
  const foreign = letters - count(prose, new RegExp(`${script.source}|\\p{Script=Latin}`, 'gu'))
  return letters >= FEWEST_LETTERS && foreign > letters * 0.85
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}

/**
 * Small words that hardly a sentence goes without, by language. No word stands in two lists: one that several
 * languages use goes to where it is most frequent or is left out, so that each hit speaks for one language.
 */
export const FUNCTION_WORDS = {
  en: 'the and of to is that it for with are was this be by from or have not but you we they which their will has your our can these its more than been there what when would into',
  de: 'der die und das ist nicht mit dem den ein eine einer einen zu auf für von sie sich im auch wird bei nach aus oder werden sind wie zum zur ihre ihr wir es dass durch über hat kann noch nur unsere einem',
  fr: 'les des et est une dans pour qui avec ce pas vous nous plus sont cette leur aux être ont ses votre notre cela peut ces elle ils même aussi entre chaque deux',
  es: 'el los las y del más muy pero también cuando hay fue hasta según donde sus puede nuestro nuestra usted esta este porque cada desde lo al son otros todo años sobre',
  it: 'il che di è per della gli non sono nel alla anche dei delle questo questa dal nella degli ai più le si ed loro sul essere dell una ogni hanno cui molto',
  nl: 'het een van niet zijn voor wordt ook aan op te dat naar uit om maar hebben deze worden kan bij meer onze ze heeft wij over door tot zich nog wat',
  pt: 'o os em não com dos ao também foi pelo pela um seu sua isso é uma nos no são às muito você nossa nosso até quando já ela eles pode para',
  pl: 'w nie na się z że jest jak dla od są przez oraz lub który która które ale tym przy po tego być tylko ich może także jego już będzie można czy',
  ru: 'и что это как из или также его был быть которые чтобы если только они уже ещё еще все вы мы который для при может так она было их от не по на в с',
} as const satisfies Record<string, string>

/** Characters of the same kind in Chinese: particles and pronouns, most of them unknown to Japanese. */
const CHINESE_PARTICLES = '的了是在我们这和不也就有会对与为您'
