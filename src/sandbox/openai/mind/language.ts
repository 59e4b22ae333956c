/** Headings in the brief's language. */
import { words } from './text.ts'

/** Fixed words of a document; an empty one is left out. */
export interface Labels {
  readonly summary: string
  readonly details: string
  readonly comparison: string
  readonly transcript: string
  readonly steps: string
  readonly more: string
  readonly noSources: string
  readonly footer: string
  readonly greeting: string
  readonly closing: string
}

const ENGLISH: Labels = {
  summary: 'Summary',
  details: 'Details',
  comparison: 'Comparison',
  transcript: 'Transcript',
  steps: 'Steps',
  more: 'Further points',
  noSources:
    'The brief names no source for this, and the stand-in cannot look anything up. Figures and quotations from outside are left out rather than invented.',
  footer: 'Written by the stand-in model of the EchoPilot sandbox, from the brief alone.',
  greeting: 'Hello,',
  closing: 'Kind regards',
}

const GERMAN: Labels = {
  summary: 'Zusammenfassung',
  details: 'Einzelheiten',
  comparison: 'Vergleich',
  transcript: 'Niederschrift',
  steps: 'Schritte',
  more: 'Weitere Punkte',
  noSources:
    'Der Auftrag nennt dafür keine Quelle, und das Ersatzmodell kann nichts nachschlagen. Fremde Zahlen und Zitate sind weggelassen, nicht erfunden.',
  footer: 'Geschrieben vom Ersatzmodell der EchoPilot-Sandbox, allein aus dem Auftrag.',
  greeting: 'Guten Tag,',
  closing: 'Mit freundlichen Grüßen',
}

const JAPANESE: Labels = {
  summary: '概要',
  details: '詳細',
  comparison: '比較',
  transcript: '書き起こし',
  steps: '手順',
  more: '補足',
  noSources: '依頼文に出典がなく、代用モデルは調べることができないため、外部の数字や引用は載せていません。',
  footer: 'EchoPilot サンドボックスの代用モデルが依頼文だけをもとに作成しました。',
  greeting: '',
  closing: '',
}

/** No words of any language: documents in other languages do without headings of ours. */
const NEUTRAL: Labels = {
  summary: '',
  details: '',
  comparison: '',
  transcript: '',
  steps: '',
  more: '',
  noSources: '—',
  footer: 'EchoPilot sandbox',
  greeting: '',
  closing: '',
}

const GERMAN_WORDS = new Set([
  'und',
  'der',
  'die',
  'das',
  'für',
  'nicht',
  'mit',
  'bitte',
  'wir',
  'eine',
  'ist',
  'auf',
  'den',
])
const ENGLISH_WORDS = new Set([
  'the',
  'and',
  'for',
  'with',
  'of',
  'to',
  'a',
  'in',
  'is',
  'our',
  'we',
  'on',
  'please',
])

const SAMPLE_CHARACTERS = 4000

/** The labels for a text: Japanese by its kana, German or English by its small words, else neutral. */
export function labelsFor(text: string): Labels {
  const sample = text.slice(0, SAMPLE_CHARACTERS)
  if (/[\u3040-\u30ff]/.test(sample)) return JAPANESE
  const found = words(sample)
  const german = found.filter(word => GERMAN_WORDS.has(word)).length
  const english = found.filter(word => ENGLISH_WORDS.has(word)).length
  if (german > english) return GERMAN
  return english > 0 || found.length < 12 ? ENGLISH : NEUTRAL
}
