/** Whether a text meets a demand. */
import type { Demand } from './demand.ts'
import { isListItem, lines, words } from './text.ts'

/** True when `text` does what the demand asks, as far as that can be measured. `brief` tells which sources exist. */
export function isMet(demand: Demand, text: string, brief: string): boolean {
  switch (demand.type) {
    case 'section':
      return headings(text).some(heading => heading.includes(demand.name.toLowerCase()))
    case 'count':
      return itemsUnder(text, demand.noun.toLowerCase()) >= demand.count
    case 'table':
      return /^\|.*\|\s*\n\|[\s:|-]+\|/m.test(text)
    case 'compare':
      return demand.items.every(item => occurrences(text, item) >= 2)
    case 'length':
      return isBetween(words(text).length, demand.min, demand.max)
    case 'phrase':
      return text.toLowerCase().includes(demand.phrase.toLowerCase())
    case 'sources':
      return urls(brief).some(url => text.includes(url))
    case 'json':
      return isJson(text)
    default:
      return demand satisfies never
  }
}

/** True for JSON of an object or array, alone or in a fence. */
export function isJson(text: string): boolean {
  const inner = /^```(?:json)?\s*\n([\s\S]*?)\n```$/.exec(text.trim())?.[1] ?? text
  try {
    return typeof JSON.parse(inner) === 'object'
  } catch {
    return false
  }
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

const HEADING = /^#{1,6}\s|^\*\*[^*]+\*\*:?$/

function headings(text: string): readonly string[] {
  return lines(text)
    .filter(line => HEADING.test(line))
    .map(line => line.toLowerCase())
}

/** The most list items in a row under a heading that names them. */
function itemsUnder(text: string, noun: string): number {
  let best = 0
  let run = 0
  let named = false
  for (const line of lines(text)) {
    if (HEADING.test(line)) {
      named = line.toLowerCase().includes(noun)
      run = 0
    } else if (named && isListItem(line)) {
      run += 1
      best = Math.max(best, run)
    }
  }
  return best
}

function occurrences(text: string, item: string): number {
  return text.toLowerCase().split(item.toLowerCase()).length - 1
}

function urls(text: string): readonly string[] {
  return text.match(/https?:\/\/[^\s)>\]]+/g) ?? []
}
