/** A brief as the stand-in understands it. */
import type { Demand } from './demand.ts'
import { findDemands, isDemand } from './demands.ts'
import { withoutDirectives } from './behaviour.ts'
import { labelsFor, type Labels } from './language.ts'
import { findTable, isTableLine, type Table } from './table.ts'
import { lines, plainLine, sentencesOf } from './text.ts'
import { titleOf } from './title.ts'
import { cleaned, findTranscript, type Utterance } from './transcript.ts'

/** What is asked, and what is there to work with. */
export interface Brief {
  readonly text: string
  readonly title: string
  /** Sentences that say how things are; all that is written is made of these, the table and the transcript. */
  readonly facts: readonly string[]
  /** Facts and what was said in the transcript. */
  readonly statements: readonly string[]
  /** Statements and the table's cells as one text: what a good result takes up. */
  readonly material: string
  readonly demands: readonly Demand[]
  readonly table: Table | undefined
  readonly transcript: readonly Utterance[]
  readonly labels: Labels
}

/** Understands a brief; never throws, whatever the language. */
export function readBrief(raw: string): Brief {
  const text = withoutDirectives(raw)
  const table = findTable(text)
  const transcript = findTranscript(text)
  const spoken = new Set(transcript.map(({ line }) => line))
  const prose = lines(text).filter(line => !isTableLine(line, table) && !spoken.has(line))
  const sentences = prose.flatMap(line => sentencesOf(plainLine(line)))
  const stated = sentences
    .filter(sentence => !isDemand(sentence))
    .map(withoutLead)
    .filter(fact => fact !== '')
  const hasMaterial = stated.length > 0 || transcript.length > 0 || table !== undefined
  // A brief of demands alone is its own material.
  const facts = hasMaterial ? stated : sentences
  const statements = [...facts, ...transcript.map(({ speaker, said }) => `${speaker}: ${cleaned(said)}`)]
  return {
    text,
    title: titleOf(sentences[0] ?? ''),
    facts,
    statements,
    material: [...statements, ...cellsOf(table)].join('\n'),
    demands: findDemands(sentences),
    table,
    transcript,
    labels: labelsFor(text),
  }
}

/** A fact without a label such as `Facts:`; nothing when it only announces what follows. */
function withoutLead(fact: string): string {
  return fact.endsWith(':')
    ? ''
    : fact.replace(/^(?:the )?(?:facts?|notes?|background|fakten|hintergrund):\s+/iu, '')
}

function cellsOf(table: Table | undefined): readonly string[] {
  return table === undefined ? [] : table.rows.map(row => row.join(', '))
}
