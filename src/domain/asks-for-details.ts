import { isBareJson } from './json-check.ts'

/** Text around a request may be this long, in characters, before it counts as work of its own. */
const MOST_PREFACE = 160
const MOST_REST = 240

/** A longer text, in UTF-16 units, is taken for a work. */
const MOST_READ = 8_000

/** What a sentence does, as far as it matters here. */
type SentenceKind = 'hands-over' | 'asks' | 'courtesy' | 'question' | 'work'

/**
 * Whether an answer asks the client for more instead of working ("Could you please provide more details …").
 * It must ask first, with nothing before but courtesies, and bring nothing much after: a work that ends with an
 * offer or a question does not count, nor does one that asks and delivers all the same, nor a letter that asks
 * its reader. Knows English and German. In doubt the answer is no: the judge still sees it.
 */
export function asksForDetails(output: string): boolean {
  const said = output.trim()
  if (said.length > MOST_READ || isBareJson(said)) return false
  if (isLetter(said) || /```|^[ \t]*\|.*\|/m.test(said)) return false
  return readsAsRequest(said.split(/\n\s*\n|\n(?=\s*(?:[-*•#]|\d+[.)]))/).flatMap(sentencesOf))
}

/** Whether a brief wants questions, messages or the like: there, asking is the work. */
export function wantsAsking(brief: string): boolean {
  return ASKING_WANTED.test(brief)
}

interface Sentence {
  readonly text: string
  readonly kind: SentenceKind
  readonly inList: boolean
  readonly opensParagraph: boolean
}

function sentencesOf(paragraph: string): Sentence[] {
  const inList = /^\s*(?:[-*•]|\d+[.)])\s/.test(paragraph)
  const plain = paragraph.replace(/^\s*(?:[-*•#>]+|\d+[.)])\s+/, '').replace(/[*_]{2}/g, '')
  return plain
    .split(/(?<=[.!?:…])\s+/)
    .map(text => text.trim())
    .filter(text => text !== '')
    .map((text, index) => ({ text, kind: kindOf(text), inList, opensParagraph: index === 0 }))
}

function readsAsRequest(sentences: readonly Sentence[]): boolean {
  const firstAsk = sentences.findIndex(sentence => sentence.kind === 'asks')
  if (firstAsk === -1 || sentences.some(sentence => sentence.kind === 'hands-over')) return false
  return (
    isPreface(sentences.slice(0, firstAsk), sentences[firstAsk]) &&
    restOf(sentences.slice(firstAsk)) <= MOST_REST
  )
}

/** Words before a request are its preface only where they share its paragraph: a work stands on its own. */
function isPreface(before: readonly Sentence[], ask: Sentence | undefined): boolean {
  const work = before.filter(sentence => sentence.kind === 'work' || sentence.kind === 'question')
  const paragraphStart = before.findLastIndex(sentence => sentence.opensParagraph)
  const sameParagraph = ask?.opensParagraph === false
  const outside = work.some(sentence => !sameParagraph || before.indexOf(sentence) < paragraphStart)
  return !outside && lengthOf(work) <= MOST_PREFACE
}

/** Characters of work after the request. A list that the request opens is what it asks for. */
function restOf(fromAsk: readonly Sentence[]): number {
  let asking = true
  const work = fromAsk.filter(sentence => {
    if (!sentence.inList && sentence.kind !== 'question') asking = sentence.kind === 'asks'
    return sentence.kind === 'work' && !(sentence.inList && asking)
  })
  return lengthOf(work)
}

function lengthOf(sentences: readonly Sentence[]): number {
  return sentences.reduce((sum, sentence) => sum + sentence.text.length, 0)
}

function kindOf(sentence: string): SentenceKind {
  if (HANDS_OVER.test(sentence) && !ASKED_THINGS.test(sentence)) return 'hands-over'
  if (ASKS.some(pattern => pattern.test(sentence))) return 'asks'
  if (COURTESY.test(sentence)) return 'courtesy'
  return sentence.endsWith('?') ? 'question' : 'work'
}

function isLetter(output: string): boolean {
  const lines = output.split('\n').map(line => line.replace(/[*_#]/g, '').trim())
  const full = lines.filter(line => line !== '')
  return (
    full.slice(0, 3).some(line => SALUTATION.test(line)) || full.slice(-4).some(line => SIGN_OFF.test(line))
  )
}

const SALUTATION =
  /^(?:subject|betreff|to|an):|^(?:dear|sehr geehrte[rs]?|liebe[rs]?)\s.{1,60}[,!:]$|^(?:hi|hello|hallo|guten tag) (?!there\b|and\b)\S.{0,40},$/i

const SIGN_OFF =
  /^(?:(?:best|kind|warm|warmest|kindest)(?: regards| wishes)?|regards|(?:yours )?sincerely|yours (?:truly|faithfully)|mit (?:freundlichen|besten|herzlichen) grüßen|(?:viele|beste|herzliche|liebe|freundliche) grüße)[,!.]?$/i

const ASKING_WANTED =
  /\b(?:ask(?:s|ing)?|request(?:s|ing)?|questions?|questionnaires?|surveys?|interviews?|quiz|faqs?|[ei]nquir\w+|messages?|sms|whatsapp|chat\w*|reminders?|follow-?ups?|(?:rück)?fragen?|fragebogen|umfragen?|anfragen?|nachricht(?:en)?|erinnerung(?:en)?|bitte um|bitten)\b/i

const HANDS_OVER =
  /\b(?:here(?:'s|’s| is| are)|below (?:is|are|you)|in the meantime|meanwhile|i(?:'ve|’ve| have) (?:drafted|written|prepared|put together|assumed|made|created|started|included|compiled))\b|\b(?:hier (?:ist|sind|kommt|finden sie)|nachfolgend|im folgenden|anbei|inzwischen|ich habe .*(?:entworfen|verfasst|erstellt|vorbereitet|angenommen))\b/i

const ASKED_THINGS =
  /\b(?:what (?:i|we)(?:'d|’d|'ll|’ll| would| will)? need|what would help|questions?|(?:details|information|info) (?:that )?(?:i|we|would)|fragen|angaben, die|informationen, die|was ich (?:brauche|benötige))\b/i

const GIVE =
  '(?:provide|share|give|send|tell|specify|clarify|elaborate|confirm|paste|upload|describe|explain|supply|attach|include|resend|let (?:me|us) know(?! if| whether))'
const THINGS =
  '(?:details?|information|info|context|specifics|clarification|questions?|text|content|files?|transcript|recording|audio|data|brief|input|document|link)'
const GEBEN =
  '(?:mitteilen|nennen|geben|schicken|senden|teilen|beschreiben|erläutern|präzisieren|konkretisieren|angeben|bereitstellen|stellen|hochladen|sagen|lassen|erklären|einfügen|verraten)'
const ANGABEN =
  '(?:informationen|infos?|details?|angaben|einzelheiten|texte?|datei(?:en)?|kontext|unterlagen|daten|inhalte?|aufnahme)'

const ASKS = [
  `\\b(?:could|can|would|will) you (?:please |kindly |perhaps |maybe |also |possibly |just )*${GIVE}\\b`,
  `\\bplease (?:also |kindly |go ahead and |feel free to )*(?:${GIVE}|reply with)\\b`,
  `\\b(?:i|we)(?:['’]d|['’]ll| would| will| do)? (?:just |still |first |also )*(?:need|require) (?:to know\\b|.*\\b${THINGS}\\b)`,
  `\\b(?:i|we) (?:(?:do not|don['’]t) have|lack|am missing|are missing) (?:enough |sufficient |any |the |your )*(?:\\w+ ){0,2}${THINGS}\\b`,
  `\\bwhat (?:exactly |specifically )?(?:would|do) you (?:like|want|need) (?:me|help|assistance|to)\\b`,
  `\\bhow (?:can|may) i (?:help|assist)\\b`,
  `\\bit (?:would|['’]d) (?:help|be (?:helpful|great|useful)) (?:me )?(?:if you|to know|to have)\\b`,
  `\\bi (?:have|just have|do have) (?:a few|some|a couple of|several) (?:quick |clarifying )*questions\\b`,
  `\\b(?:könnten|können|würden) sie\\b.*\\b${GEBEN}\\b`,
  `\\b(?:könntest|kannst|würdest) du\\b.*\\b${GEBEN}\\b`,
  `\\bbitte (?:teilen|nennen|geben|schicken|senden|beschreiben|erläutern|laden|fügen|stellen|lassen|sagen) sie\\b`,
  `\\bbitte (?:teile?|nenne?|gib|schicke?|sende?|beschreibe?|erläutere?|lade?|füge?|sag) (?:mir|uns)\\b`,
  `\\b(?:ich|wir) (?:benötigen?|brauchen?|bräuchten?)\\b.*\\b${ANGABEN}\\b`,
  `\\b(?:benötigen?|brauchen?|bräuchten?) (?:ich|wir)\\b.*\\b${ANGABEN}\\b`,
  `\\b(?:mir|uns) fehl(?:t|en)\\b|\\bfehl(?:t|en) (?:mir|uns)\\b`,
  `\\b(?:womit|wie|wobei) kann ich (?:ihnen|dir)\\b`,
].map(source => new RegExp(source, 'i'))

const COURTESY =
  /^(?:sure|certainly|of course|absolutely|great|thanks|thank you|hello|hi|hey|unfortunately|(?:sehr )?gerne?|natürlich|selbstverständlich|vielen dank|danke|hallo|guten tag|leider)\b|\bi(?:['’]d| would) (?:be (?:happy|glad)|love) to\b|\bi(?:['’]m| am) (?:happy|glad|ready|here|sorry|afraid|unable)\b|\bi can(?:not|['’]t)?(?: definitely| certainly)? (?:help|assist|start|begin)\b/i
