/** What a document of each task type has around the parts that were asked for. */
import type { Block } from './blocks.ts'
import type { Brief } from './brief.ts'
import type { Demand } from './demand.ts'
import type { Picker } from './pick.ts'
import type { TaskType } from './prompt.ts'
import { markdownTable } from './table.ts'
import { cleaned } from './transcript.ts'

/** The parts before and after, and how the facts left over are given. */
export interface Frame {
  readonly before: readonly Block[]
  readonly after: readonly Block[]
  readonly restHeading: string
  readonly restInParagraphs: boolean
}

/** The frame of a type; takes from `source` what it uses. */
export function frameOf(brief: Brief, type: TaskType, covered: readonly Demand[], source: Picker): Frame {
  const plain = { before: [], after: [], restHeading: brief.labels.details, restInParagraphs: false }
  switch (type) {
    case 'Research':
      return { ...plain, before: opening(brief, covered, source) }
    case 'Drafting':
      return letter(brief, source)
    case 'Data-transform':
      return { ...plain, before: dataTable(brief, covered) }
    case 'Transcription':
      return { ...plain, before: opening(brief, covered, source), after: transcript(brief) }
    case 'Other':
      return { ...plain, restHeading: brief.labels.steps }
    default:
      return type satisfies never
  }
}

function opening(brief: Brief, covered: readonly Demand[], source: Picker): readonly Block[] {
  const asked = covered.some(
    demand => demand.type === 'section' && /summary|zusammenfassung/iu.test(demand.name),
  )
  if (asked) return []
  return [{ heading: brief.labels.summary, body: source.pick('most important', 2).join(' ') }]
}

const CORRESPONDENCE = /\b(?:letters?|e-?mails?|newsletter|reply|message|schreiben|brief|nachricht)\b/iu

function letter(brief: Brief, source: Picker): Frame {
  const isLetter = CORRESPONDENCE.test(brief.text) && brief.labels.greeting !== ''
  const lead = { body: source.pick(brief.title, 2).join(' ') }
  return {
    before: isLetter ? [{ body: brief.labels.greeting }, lead] : [lead],
    after: isLetter ? [{ body: brief.labels.closing }] : [],
    restHeading: brief.labels.details,
    restInParagraphs: true,
  }
}

function dataTable(brief: Brief, covered: readonly Demand[]): readonly Block[] {
  // A demanded table stands among the demanded blocks already.
  if (brief.table === undefined || covered.some(demand => demand.type === 'table')) return []
  return [{ body: markdownTable(brief.table) }]
}

function transcript(brief: Brief): readonly Block[] {
  const turns = brief.transcript.map(({ at, speaker, said }) => {
    const when = at === undefined ? '' : ` (${at})`
    return `**${speaker}**${when}: ${cleaned(said)}`
  })
  return turns.length === 0 ? [] : [{ heading: brief.labels.transcript, body: turns.join('\n\n') }]
}
