import { CRITERIA } from '../../src/domain/rubric.ts'
import { parseDocument } from './document.ts'
import { bodyOf } from './held-fetch.ts'

/** A request to a model, as a scripted service sees it. */
export interface Asked {
  readonly kind: 'work' | 'verdict'
  /** From 1, of its kind. */
  readonly number: number
  readonly body: Readonly<Record<string, unknown>>
}

/** What it answers: a status and a body. */
export interface Said {
  readonly status?: number
  readonly body: unknown
}

/** A fetch to models whose every answer the test writes; the list of models is empty. */
export function scriptedModels(respond: (asked: Asked) => Said): typeof globalThis.fetch {
  const numbers = { work: 0, verdict: 0 }
  return async (_input, init) => {
    const text = bodyOf(init)
    if (text === '') return Response.json({ object: 'list', data: [] })
    const body = parseDocument(text)
    const kind = JSON.stringify(body['messages']).includes('You judge work') ? 'verdict' : 'work'
    numbers[kind] += 1
    const said = respond({ kind, number: numbers[kind], body })
    return Response.json(said.body, { status: said.status ?? 200 })
  }
}

/** A chat completion. */
export function completionOf(content: unknown, finish = 'stop'): Record<string, unknown> {
  return {
    model: 'gpt-4o',
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 400, completion_tokens: 100, total_tokens: 500 },
  }
}

/** A verdict of 92 points, as a judge writes it. */
export function verdictText(changes: Readonly<Record<string, unknown>> = {}): string {
  const scores = [28, 28, 18, 18]
  const criteria = Object.fromEntries(
    CRITERIA.map((name, index) => [name, { reason: 'fine', score: scores[index] }]),
  )
  return JSON.stringify({ findings: [], criteria, verdict: 'accept', ...changes })
}
