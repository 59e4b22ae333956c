import { isObject } from '../../../src/sandbox/lib/json.ts'
import { isObjectList } from '../../sandbox/support/wire.ts'
import type { Exchange } from './exchanges.ts'

/** A call to be made: path and body may hold `⟨page⟩`, the row, and `⟨n.i⟩`, what call n of the task made. */
export type Call = Omit<Exchange, 'answer'>

/** The calls of a drain: those made once, of which a query lists the rows, and those of each task, in order. */
export interface Template {
  readonly once: readonly Call[]
  readonly task: readonly Call[]
}

/** The calls of a drain that was written down while it worked on one row. */
export function templateOf(exchanges: readonly Exchange[], pageId: string): Template {
  const first = exchanges.findIndex(({ path }) => path.includes(pageId))
  if (first === -1) throw new Error('the row was never asked for')
  const known = new Map([[pageId, '⟨page⟩']])
  const task = exchanges.slice(first).map((exchange, number) => {
    const call = callOf(exchange, known)
    for (const [mark, id] of marksOf(number, JSON.parse(exchange.answer))) {
      if (!known.has(id)) known.set(id, mark)
    }
    return call
  })
  return { once: exchanges.slice(0, first).map(exchange => callOf(exchange, new Map())), task }
}

/** The ids in the answer to call `number` of a task, by their marks. */
export function marksOf(number: number, answer: unknown): [mark: string, id: string][] {
  return idsIn(answer).map((id, index) => [`⟨${String(number)}.${String(index)}⟩`, id])
}

/** The ids of what a call made or found. */
export function idsIn(answer: unknown): string[] {
  if (!isObject(answer)) return []
  const { id, results } = answer
  const listed = isObjectList(results) ? results.map(result => result['id']) : []
  return [id, ...listed].filter(each => typeof each === 'string')
}

function callOf({ service, method, path, body }: Exchange, known: ReadonlyMap<string, string>): Call {
  const marked = (text: string): string =>
    [...known].reduce((result, [id, mark]) => result.replaceAll(id, mark), text)
  return { service, method, path: marked(path), body: marked(body) }
}

/** A text with marks, cut up once so that it can be filled many times. */
export function fillable(text: string): (ids: ReadonlyMap<string, string>) => string {
  const parts = text.split(/(⟨[^⟩]+⟩)/)
  if (parts.length === 1) return () => text
  return ids => parts.map(part => ids.get(part) ?? part).join('')
}
