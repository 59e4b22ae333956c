/** The OpenAI stand-in: chat completions and the list of models. */
import { randomUUID } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import type { FaultPreset } from '../lib/fault.ts'
import { bodyObject, objectOf, stringOf } from '../lib/json.ts'
import {
  VendorError,
  type Clock,
  type Facets,
  type Figure,
  type Reply,
  type Route,
  type SandboxRequest,
  type Service,
  type ServiceDefinition,
} from '../lib/service.ts'
import { chat, type ChatDeps } from './chat.ts'
import { errorReply, problemReply } from './errors.ts'
import { refuseKey } from './keys.ts'
import { ledger, type LedgerTotals } from './ledger.ts'
import { memory } from './memory.ts'
import { MODEL_FAULTS } from './model/directives.ts'
import { readPrompt } from './model/prompt.ts'
import { findModel, listModels, modelObject } from './models.ts'
import { looseMessages } from './messages.ts'

const CHAT_PATH = '/v1/chat/completions'
const MEBIBYTE = 1_048_576

/** How this API fails, beside the usual ways. */
const PRESETS: readonly FaultPreset[] = [
  { label: 'Billed, answer lost', fault: { match: { path: CHAT_PATH }, action: { type: 'lose-answer' } } },
  {
    label: 'Billed, answer cut in half',
    fault: { match: { path: CHAT_PATH }, action: { type: 'cut-body' } },
  },
  { label: 'Model refuses', fault: { match: { kind: 'generate' }, action: { type: 'refuse' } } },
  { label: 'Answer truncated', fault: { match: { kind: 'generate' }, action: { type: 'truncate' } } },
  { label: 'Malformed verdict', fault: { match: { kind: 'judge' }, action: { type: 'malformed-verdict' } } },
  { label: 'Judge gives 62', fault: { match: { kind: 'judge' }, action: { type: 'score', score: 62 } } },
]

/** The OpenAI stand-in. */
export const OPENAI_SERVICE: ServiceDefinition = {
  name: 'openai',
  title: 'OpenAI',
  subtitle: 'Chat completions and models, by a stand-in that writes from the brief alone',
  bodyLimitBytes: 16 * MEBIBYTE,
  faultTypes: MODEL_FAULTS,
  presets: PRESETS,
  open: openService,
}

function openService(db: Database, now: Clock): Service {
  const deps: ChatDeps = { ledger: ledger(db), memory: memory(db), now }
  return {
    routes: routes(deps),
    callColumns: ['Tokens in', 'Tokens out', 'Cost USD'],
    refuse: request => withHeaders(refuseKey(request)),
    problem: (problem, request) => withHeaders(problemReply(problem, request)),
    facets,
    state: () => ({ models: listModels(), totals: deps.ledger.totals() }),
    ledger: () => ({ rows: deps.ledger.rows(), totals: deps.ledger.totals() }),
    figures: () => figures(deps.ledger.totals()),
  }
}

function routes(deps: ChatDeps): readonly Route[] {
  return [
    { method: 'POST', path: CHAT_PATH, handle: answered(request => chat(deps, request)) },
    {
      method: 'GET',
      path: '/v1/models',
      handle: answered(() => ({ status: 200, body: { object: 'list', data: listModels() } })),
    },
    { method: 'GET', path: '/v1/models/{model}', handle: answered(getModel) },
  ]
}

function getModel(request: SandboxRequest): Reply {
  const id = request.params['model'] ?? ''
  const model = findModel(id)
  if (model !== undefined) return { status: 200, body: modelObject(model, id) }
  return errorReply({
    status: 404,
    message: `The model '${id}' does not exist`,
    param: 'model',
    code: 'model_not_found',
  })
}

function facets(request: SandboxRequest): Facets {
  const body = request.path === CHAT_PATH ? bodyObject(request.rawBody) : undefined
  if (body === undefined) return {}
  const format = objectOf(body, 'response_format')
  const schemaName = stringOf(objectOf(format ?? {}, 'json_schema') ?? {}, 'name')
  const model = stringOf(body, 'model')
  const { kind } = readPrompt(looseMessages(body['messages']), schemaName)
  return { kind, ...(model === undefined ? {} : { model }) }
}

/** Puts the API's usual headers on answers, errors too. */
function answered(handle: (request: SandboxRequest) => Reply): (request: SandboxRequest) => Reply {
  return request => {
    try {
      return withHeaders(handle(request))
    } catch (error) {
      throw error instanceof VendorError ? new VendorError(withHeaders(error.reply)) : error
    }
  }
}

function withHeaders(reply: Reply): Reply
function withHeaders(reply: Reply | undefined): Reply | undefined
function withHeaders(reply: Reply | undefined): Reply | undefined {
  if (reply === undefined) return undefined
  return { ...reply, headers: { ...usualHeaders(), ...reply.headers } }
}

function usualHeaders(): Record<string, string> {
  return {
    'x-request-id': `req_${randomUUID().replaceAll('-', '')}`,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '1',
    'openai-organization': 'echopilot-sandbox',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-limit-tokens': '30000000',
    'x-ratelimit-remaining-tokens': '29999000',
    'x-ratelimit-reset-tokens': '2ms',
  }
}

function figures(totals: LedgerTotals): readonly Figure[] {
  return [
    { value: totals.calls, label: 'billed calls' },
    { value: (totals.cost_nano_usd / 1e9).toFixed(4), label: 'cost in USD' },
    { value: totals.prompt_tokens, label: 'tokens in' },
    { value: totals.cached_tokens, label: 'of these cached' },
    { value: totals.completion_tokens, label: 'tokens out' },
    { value: totals.undelivered, label: 'billed, answer lost' },
  ]
}
