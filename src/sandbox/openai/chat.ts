/** POST /v1/chat/completions. */
import { randomBytes } from 'node:crypto'
import type { Clock, Reply, SandboxRequest } from '../lib/service.ts'
import { readCall, type Call } from './call.ts'
import { completion, type Written } from './completion.ts'
import { costNanoUsd, type Usage } from './cost.ts'
import type { Billed, Ledger } from './ledger.ts'
import { answer } from './model/answer.ts'
import { directivesFor, type Directives } from './model/directives.ts'
import type { Prompt } from './model/prompt.ts'
import type { OnceMarks } from './once.ts'
import type { PromptCache } from './prompt-cache.ts'
import { reasoningTokens } from './reasoning.ts'
import { countTokens, cutToTokens } from './tokens.ts'

/** What a chat call works on. */
export interface ChatDeps {
  readonly ledger: Ledger
  readonly cache: PromptCache
  readonly once: OnceMarks
  readonly now: Clock
}

/** Answers a chat call and bills it; throws `VendorError` for what the API refuses, which is not billed. */
export function chat(deps: ChatDeps, request: SandboxRequest): Reply {
  const call = readCall(request)
  const directives = onceOnly(deps, call.prompt, directivesFor(call.prompt, request.fault))
  const written = write(call, directives)
  const billed = bill(deps, call, written)
  return {
    status: 200,
    body: completion({
      id: billed.id,
      createdUnix: Math.floor(billed.atMs / 1000),
      model: call.model.snapshot,
      tier: call.tier,
      written,
      usage: directives.asked.has('no-usage') ? undefined : billed,
    }),
    onDelivered: () => deps.ledger.markDelivered(billed.id),
    summary: {
      'Tokens in': String(billed.promptTokens),
      'Tokens out': String(billed.completionTokens),
      'Cost USD': (billed.costNanoUsd / 1e9).toFixed(6),
    },
  }
}

function onceOnly(deps: ChatDeps, prompt: Prompt, directives: Directives): Directives {
  if (!directives.asked.has('malformed-verdict-once') || !deps.once.first(prompt.brief)) return directives
  return { ...directives, asked: new Set([...directives.asked, 'malformed-verdict']) }
}

interface Metered extends Written {
  readonly outputTokens: number
  readonly reasoning: number
}

function write(call: Call, directives: Directives): Metered {
  const said = answer(call.prompt, directives, call.format)
  const text = said.content ?? said.refusal ?? ''
  const wantedTokens = countTokens(text)
  const thought = reasoningTokens(call.model, call.effort, wantedTokens)
  const reasoning = Math.min(thought, call.limitTokens)
  const allowed = directives.asked.has('truncate') ? Math.floor(wantedTokens / 2) : wantedTokens
  const outputTokens = Math.min(allowed, call.limitTokens - reasoning)
  if (outputTokens >= wantedTokens) return { ...said, finishReason: 'stop', outputTokens, reasoning }
  const content = cutToTokens(text, outputTokens)
  return { content, refusal: null, finishReason: 'length', outputTokens, reasoning }
}

function bill(deps: ChatDeps, call: Call, written: Metered): Billed {
  const usage: Usage = {
    promptTokens: call.promptTokens,
    cachedTokens: deps.cache.lookUp(call.model.id, call.texts),
    completionTokens: written.outputTokens + written.reasoning,
    reasoningTokens: written.reasoning,
  }
  const billed = {
    id: `chatcmpl-${randomBytes(15).toString('hex').slice(0, 29)}`,
    atMs: deps.now(),
    model: call.model.id,
    kind: call.prompt.kind,
    tier: call.tier,
    finishReason: written.finishReason,
    costNanoUsd: costNanoUsd(usage, call.model.prices, call.tier),
    ...usage,
  }
  deps.ledger.add(billed)
  return billed
}
