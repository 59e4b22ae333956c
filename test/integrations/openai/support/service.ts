/** A service whose every answer the test writes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { lightFetch } from '../../../../src/kernel/http/fetch.ts'
import { openAiModel } from '../../../../src/integrations/openai/client.ts'
import type { OpenAiOptions } from '../../../../src/integrations/openai/sdk.ts'
import { parseDocument } from '../../../support/document.ts'
import type { CompletionRequest, Model } from '../../../../src/roles/model.ts'
import { ServiceFailure } from '../../../../src/kernel/service-failure.ts'
import { listening } from '../../../support/servers.ts'

/** What came in. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

/** How to answer; may also destroy the socket. */
export type Respond = (response: ServerResponse, received: Received) => void

/** A model whose service answers as told. */
export interface Scripted {
  readonly url: string
  readonly model: Model
  readonly received: readonly Received[]
}

/** Starts the service; closed when the test is over. */
export async function scripted(respond: Respond, options: Partial<OpenAiOptions> = {}): Promise<Scripted> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const { method = '', url: path = '', headers } = request
      const body = text === '' ? {} : parseDocument(text)
      const here = { method, path, headers, body }
      received.push(here)
      respond(response, here)
    })
  })
  const { url } = await listening(server)
  const model = openAiModel({
    baseUrl: `${url}/v1`,
    apiKey: 'sk-test-000000000000',
    timeoutMs: 60_000,
    serviceTier: 'default',
    fetch: lightFetch(),
    ...options,
  })
  return { url, model, received }
}

/** Answers with a status, headers and a body, as JSON unless it is text already. */
export function answer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Respond {
  return response => {
    response.writeHead(status, {
      'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
      ...headers,
    })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** A completion with some parts changed. */
export function completion(parts: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-2024-08-06',
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello.', refusal: null } },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
    ...parts,
  }
}

/** A plain request. */
export const REQUEST: CompletionRequest = {
  model: 'gpt-4o',
  system: 'Be brief.',
  user: 'Say hello.',
  temperature: 0.7,
  maxOutputTokens: 100,
  tokenParameter: 'max_completion_tokens',
  schema: null,
}

/** The failure that a call ends in. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceFailure> {
  const error: unknown = await call.then(
    value => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (error instanceof ServiceFailure) return error
  throw error
}

/** Never aborts. */
export function patience(): AbortSignal {
  return new AbortController().signal
}
