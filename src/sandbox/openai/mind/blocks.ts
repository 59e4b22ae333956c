/** The part of a document that meets one demand. */
import type { Brief } from './brief.ts'
import type { Demand } from './demand.ts'
import { fragments, type Picker } from './pick.ts'
import { keyTerms } from './terms.ts'
import { markdownTable, type Table } from './table.ts'
import { cleaned } from './transcript.ts'
import { capitalised, firstWords } from './text.ts'

/** A piece of a document; without a heading it follows what stands before it. */
export interface Block {
  readonly heading?: string
  readonly body: string
}

/** What meets the demand, or undefined for demands that concern the whole document (length, JSON). */
export function blockFor(demand: Demand, brief: Brief, source: Picker): Block | undefined {
  switch (demand.type) {
    case 'section':
      return { heading: capitalised(demand.name), body: sectionBody(demand.name, brief, source) }
    case 'count':
      return {
        heading: demand.name,
        body: bullets(countedItems(demand, brief, source)) || brief.labels.noSources,
      }
    case 'table':
      return { body: markdownTable(brief.table ?? factTable(brief)) }
    case 'compare':
      return {
        heading: brief.labels.comparison,
        body: markdownTable(compareTable(demand.items, brief, source)),
      }
    case 'phrase':
      return { body: `${capitalised(demand.phrase)}.` }
    case 'sources':
      return { heading: 'Sources', body: brief.labels.noSources }
    case 'length':
    case 'json':
      return undefined
    default:
      return demand satisfies never
  }
}

/** The block in Markdown. */
export function blockText({ heading, body }: Block): string {
  return heading === undefined || heading === '' ? body : `## ${heading}\n\n${body}`
}

/** A Markdown list. */
export function bullets(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n')
}

const LISTED =
  /next steps|action items|checklist|agenda|decisions|key dates|timeline|risks|schritte|zeitplan/iu

function sectionBody(name: string, brief: Brief, source: Picker): string {
  if (/subject line|betreffzeile/iu.test(name)) return brief.title
  if (/faq/iu.test(name)) return bullets(questions(brief, source))
  if (/glossary/iu.test(name)) return bullets(glossary(brief))
  return LISTED.test(name) ? bullets(source.pick(name, 4)) : source.pick(name, 2).join(' ')
}

function questions(brief: Brief, source: Picker): readonly string[] {
  return source.pick('FAQ', 3).map(statement => {
    const [topic = brief.title] = keyTerms(statement, 1)
    return `**What about ${topic}?** ${statement}`
  })
}

function glossary(brief: Brief): readonly string[] {
  return keyTerms(brief.material, 4).map(term => {
    const said = brief.statements.find(statement => statement.toLowerCase().includes(term)) ?? brief.title
    return `**${capitalised(term)}**: as in “${firstWords(said, 14)}”`
  })
}

type CountDemand = Extract<Demand, { type: 'count' }>

function countedItems(demand: CountDemand, brief: Brief, source: Picker): readonly string[] {
  if (/quotes|zitate/iu.test(demand.noun)) return quotations(brief, demand.count)
  if (/headline|subject|tagline|slogan|name|hashtag|betreff|überschrift/iu.test(demand.noun)) {
    return fragments(brief, demand.count)
  }
  if (/question|fragen/iu.test(demand.noun)) return fragments(brief, demand.count).map(piece => `${piece}?`)
  const picked = source.pick(demand.name, demand.count)
  const rest = fragments(brief, demand.count * 2).filter(piece => !picked.some(fact => fact.includes(piece)))
  return [...picked, ...rest].slice(0, demand.count)
}

function quotations(brief: Brief, count: number): readonly string[] {
  const turns = brief.transcript.toSorted((one, other) => other.said.length - one.said.length)
  const spoken = turns.map(({ speaker, said }) => `“${cleaned(said)}” – ${speaker}`)
  const written = brief.text.match(/["“„][^"”“]{15,}["”“]/gu) ?? []
  return [...spoken, ...written].slice(0, count)
}

const POINT_WORDS = 4

function factTable(brief: Brief): Table {
  const rows = brief.statements.slice(0, 8).map(statement => [firstWords(statement, POINT_WORDS), statement])
  return { columns: [brief.title, brief.labels.details], rows }
}

function compareTable(items: readonly string[], brief: Brief, source: Picker): Table {
  const rows = items.map(item => {
    const about = (text: string): boolean => text.toLowerCase().includes(item.toLowerCase())
    const cells = brief.table?.rows.find(row => row.some(about))
    const said = brief.statements.filter(about)
    // What the table says need not be said again below.
    source.rest(said)
    const details = cells === undefined ? said.join(' ') : labelled(cells, brief.table)
    return [item, details === '' ? `${item}: —` : details]
  })
  return { columns: [brief.labels.comparison, brief.labels.details], rows }
}

function labelled(cells: readonly string[], table: Table | undefined): string {
  return cells.map((cell, index) => `${table?.columns[index] ?? ''}: ${cell}`).join('; ')
}
