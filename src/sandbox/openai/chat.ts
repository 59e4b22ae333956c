/** POST /v1/chat/completions. */
import { randomBytes } from 'node:crypto'
import type { JsonObject } from '../lib/json.ts'
import type { Clock, Reply, SandboxRequest } from '../lib/service.ts'
import { costNanoUsd, countTokens, cutToTokens, reasoningTokens, type Usage } from './billing.ts'
import { readCall, type Call } from './call.ts'
import type { Ledger, LedgerRow } from './ledger.ts'
import type { Memory } from './memory.ts'
import { answer } from './model/answer.ts'
import { directivesFor, type Directives } from './model/directives.ts'

/** What a chat call works on. */
export interface ChatDeps {
  readonly ledger: Ledger
  readonly memory: Memory
  readonly now: Clock
}

/** Answers a chat call and bills it; throws `VendorError` for what the API refuses, which is not billed. */
export function chat(deps: ChatDeps, request: SandboxRequest): Reply {
  const call = readCall(request)
  const directives = directivesOf(deps, call, request)
  const written = write(call, directives)
  const billed = bill(deps, call, written)
  return {
    status: 200,
    body: {
      ...completion(call, written, billed),
      ...(directives.asked.has('no-usage') ? {} : { usage: usageObject(billed) }),
    },
    onDelivered: () => deps.ledger.markDelivered(billed.id),
    summary: {
      'Tokens in': String(billed.prompt_tokens),
      'Tokens out': String(billed.completion_tokens),
      'Cost USD': (billed.cost_nano_usd / 1e9).toFixed(6),
    },
  }
}

function directivesOf(deps: ChatDeps, { prompt }: Call, request: SandboxRequest): Directives {
  const given = directivesFor(prompt, request.fault)
  if (!given.asked.has('malformed-verdict-once') || !deps.memory.isFirst(prompt.brief)) return given
  return { ...given, asked: new Set([...given.asked, 'malformed-verdict']) }
}

interface Written {
  readonly content: string | null
  readonly refusal: string | null
  readonly finishReason: 'stop' | 'length'
  readonly outputTokens: number
  readonly reasoning: number
}

function write(call: Call, directives: Directives): Written {
  const said = answer(call.prompt, directives, call.format)
  const text = said.content ?? said.refusal ?? ''
  const wantedTokens = countTokens(text)
  const reasoning = Math.min(reasoningTokens(call.model, call.effort, wantedTokens), call.limitTokens)
  const allowed = directives.asked.has('truncate') ? Math.floor(wantedTokens / 2) : wantedTokens
  const outputTokens = Math.min(allowed, call.limitTokens - reasoning)
  if (outputTokens >= wantedTokens) return { ...said, finishReason: 'stop', outputTokens, reasoning }
  const content = cutToTokens(text, outputTokens)
  return { content, refusal: null, finishReason: 'length', outputTokens, reasoning }
}

function bill(deps: ChatDeps, call: Call, written: Written): LedgerRow {
  const usage: Usage = {
    prompt_tokens: call.promptTokens,
    cached_tokens: deps.memory.cachedTokens(call.model.id, call.texts),
    completion_tokens: written.outputTokens + written.reasoning,
    reasoning_tokens: written.reasoning,
  }
  const row: LedgerRow = {
    id: `chatcmpl-${randomBytes(15).toString('hex').slice(0, 29)}`,
    at: new Date(deps.now()).toISOString(),
    model: call.model.id,
    kind: call.prompt.kind,
    service_tier: call.tier,
    finish_reason: written.finishReason,
    ...usage,
    cost_nano_usd: costNanoUsd(usage, call.model.prices, call.tier),
    delivered: false,
  }
  deps.ledger.add(row)
  return row
}

/** The `chat.completion` object, without its usage. */
function completion({ model, tier }: Call, written: Written, { id, at }: LedgerRow): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created: Math.floor(Date.parse(at) / 1000),
    // Answers carry the dated name of the snapshot that was used.
    model: model.snapshot,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: written.content, refusal: written.refusal, annotations: [] },
        logprobs: null,
        finish_reason: written.finishReason,
      },
    ],
    service_tier: tier,
    system_fingerprint: 'fp_sandbox0001',
  }
}

function usageObject(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.prompt_tokens,
    completion_tokens: usage.completion_tokens,
    total_tokens: usage.prompt_tokens + usage.completion_tokens,
    prompt_tokens_details: { cached_tokens: usage.cached_tokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning_tokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
