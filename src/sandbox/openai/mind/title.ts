/** A title for what a brief asks for. */
import { capitalised, firstWords } from './text.ts'

const TITLE_WORDS = 12
const LEAD =
  /^(?:please\s+|bitte\s+)?(?:write|draft|create|prepare|make|produce|research|compose|provide|compare|convert|turn|transcribe|clean up|summari[sz]e|schreiben sie|verfassen sie|erstellen sie|erstelle|schreibe?)\s+(?:(?:me|us|uns)\s+)?(?:(?:an?|the|our|this|these|eine?n?|die|der|das)\s+)?/iu
const TAIL =
  /(?:,?\s+(?:and|und)\s+(?:put|add|include|give|list)\b|\s+into\s+an?\b|\s+below\b|,\s+and\b).*$/iu

/** The first sentence without the command in it. */
export function titleOf(sentence: string): string {
  const topic = firstWords(sentence.replace(LEAD, '').replace(TAIL, ''), TITLE_WORDS)
  return topic === '' ? '…' : capitalised(topic)
}
