import { afterFailure } from '../domain/after-failure.ts'
import { failureSignature } from '../domain/breaker.ts'
import { CAP_SETTINGS, type CapBreach } from '../domain/budget.ts'
import { workIn } from '../domain/answer/work.ts'
import { CHECKS_VERSION, checkOutput } from '../domain/checks.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { latestWork, meanScore, nextStep, type OutputFacts, type Step } from '../domain/next-step.ts'
import { promptCut } from '../domain/prompt-cut.ts'
import { totalScore, type Finding } from '../domain/rubric.ts'
import { parseVerdict, VERDICT_SCHEMA, type ParsedVerdict } from '../domain/verdict.ts'
import { sha256 } from '../kernel/digest.ts'
import { newId } from '../kernel/ids.ts'
import type { Completion } from '../roles/model.ts'
import type { ServiceFailure } from '../kernel/service-failure.ts'
import type { ClaimedRun } from '../store/claims.ts'
import type { Output } from '../store/work-rows.ts'
import type { NewJudgement, NewOutput, Next, Rest, StageEnd } from '../store/stage-end.ts'
import { ask, type Asked, type Question } from './ask.ts'
import type { PipelineContext } from './context.ts'
import { generatePrompt, judgePrompt, revisePrompt, rubricDigest } from './prompts.ts'
import { modelFor } from './rules.ts'

/** Works a claimed run's next step. After a crash the next claim repeats what was not committed. */
export async function workStage(
  context: PipelineContext,
  claimed: ClaimedRun,
  signal: AbortSignal,
): Promise<StageEnd> {
  const outputs = await context.store.runs.outputs(claimed.run.id)
  const step = nextStep(outputs, claimed.run)
  switch (step.kind) {
    case 'generate':
    case 'revise':
      return write(context, claimed, outputs, step, signal)
    case 'judge':
      return judge(context, claimed, outputs, step.outputId, signal)
    case 'rest':
      // A crash cannot leave a run here, because a commit already says where the run goes; a new version of
      // the rules can.
      return { kind: 'rested', settlement: null, next: restOf(step, outputs) }
  }
}

/** A step that makes a text. */
type Writing = Extract<Step, { kind: 'generate' | 'revise' }>

async function write(
  context: PipelineContext,
  claimed: ClaimedRun,
  outputs: readonly Output[],
  step: Writing,
  signal: AbortSignal,
): Promise<StageEnd> {
  const question = makerQuestion(context, claimed, outputs, step)
  const asked = await ask(context, claimed, question, signal)
  if (asked.kind !== 'answered') return unanswered(context, claimed, asked, signal)
  const completion = { ...asked.completion, text: workIn(asked.completion.text, claimed.task) }
  const output = newOutput(context, claimed, question, completion, step.kind)
  const facts = { ...output, judgements: [], decision: null }
  const next = nextOf(nextStep([...outputs, facts], claimed.run), [...outputs, facts])
  return { kind: 'written', settlement: asked.settlement, output, next }
}

async function judge(
  context: PipelineContext,
  claimed: ClaimedRun,
  outputs: readonly Output[],
  outputId: string,
  signal: AbortSignal,
): Promise<StageEnd> {
  const work = outputs.find(output => output.id === outputId)?.text ?? ''
  const question = judgeQuestion(context, claimed, work)
  const asked = await ask(context, claimed, question, signal)
  if (asked.kind !== 'answered') return unanswered(context, claimed, asked, signal)
  const obstacle = cutOf(question, asked.completion)
  const parsed = readVerdict(asked.completion, obstacle, [claimed.task.brief, work])
  const judgement = { ...newJudgement(context, outputId, question, parsed), obstacle }
  const judged = outputs.map(output =>
    output.id === outputId ? withJudgement(output, parsed, obstacle) : output,
  )
  const next = nextOf(nextStep(judged, claimed.run), judged)
  return { kind: 'judged', settlement: asked.settlement, judgement, next }
}

/** The model gave no answer: a cap did not allow the call, the call was aborted, or the service failed. */
function unanswered(
  context: PipelineContext,
  { use }: ClaimedRun,
  asked: Exclude<Asked, { kind: 'answered' }>,
  signal: AbortSignal,
): StageEnd {
  if (asked.kind === 'over') {
    const reason = overCap(asked.breach, asked.needNano)
    const notBeforeMs = context.world.clock.now()
    return { kind: 'held', settlement: null, hold: { needNano: asked.needNano, reason, notBeforeMs } }
  }
  const { settlement, failure } = asked
  if (signal.aborted) return { kind: 'released', settlement, why: 'broken off' }
  return {
    kind: 'failed',
    decide: afterFailure,
    settlement,
    failure: {
      errorClass: failure.errorClass,
      reason: reasonOf(use.service, failure),
      service: {
        ...use,
        signature: failureSignature(failure),
        // The key or the request may be at fault: services answer 403 to both.
        isDoubtful: failure.status === 403,
        hint: failure.fix,
      },
      retryAfterMs: failure.retryAfterMs,
      jitter: context.world.random.fraction(),
    },
  }
}

/** The reason of the run's end; with what the operator can do, where the request can never succeed. */
function reasonOf(service: string, { errorClass, message, fix }: ServiceFailure): string {
  const what = `${service}: ${message}`
  return errorClass === 'permanent' && fix !== null ? `${what} (${fix})` : what
}

function makerQuestion(
  context: PipelineContext,
  { task }: ClaimedRun,
  outputs: readonly Output[],
  step: Writing,
): Question {
  const { settings, world } = context
  const instructions = settings.types[task.type]?.instructions ?? null
  const draft = latestWork(outputs)?.text ?? ''
  const prompt =
    step.kind === 'generate'
      ? generatePrompt(task, instructions, world.random)
      : revisePrompt(task, draft, step.findings, instructions, world.random)
  const choice = modelFor(settings, 'generate', task.type, world.clock.now())
  return { model: context.models.generator, choice, prompt, schema: null }
}

function judgeQuestion(context: PipelineContext, { task }: ClaimedRun, work: string): Question {
  return {
    model: context.models.judge,
    choice: modelFor(context.settings, 'judge', task.type, context.world.clock.now()),
    prompt: judgePrompt(task, work, context.world.random),
    schema: { name: 'verdict', schema: VERDICT_SCHEMA },
  }
}

function newOutput(
  context: PipelineContext,
  { task }: ClaimedRun,
  question: Question,
  completion: Completion,
  stage: Writing['kind'],
): NewOutput {
  const empty = completion.finish === 'complete' && completion.text.trim() === ''
  const finish = empty ? 'empty' : completion.finish
  return {
    id: newId('output', context.world),
    stage,
    finish,
    text: completion.text,
    digest: sha256(completion.text),
    refusal: completion.refusal,
    checkFindings: finish === 'refused' ? [] : checksOf(context, task, question, completion),
    checksVersion: CHECKS_VERSION,
  }
}

function checksOf(
  context: PipelineContext,
  task: ClaimedRun['task'],
  question: Question,
  completion: Completion,
): Finding[] {
  const { qa, types } = context.settings
  const forType = types[task.type]
  const language = forType?.language ?? qa.language
  const found = checkOutput(completion.text, task, {
    minCharacters: forType?.min_characters ?? qa.min_characters,
    bannedTerms: qa.banned_terms,
    language: language === '' ? null : language,
  }).map(({ check, text }): Finding => ({ source: check, severity: 'major', text }))
  const cutOff: Finding = {
    source: 'truncated',
    severity: 'major',
    text:
      completion.endedBy === null
        ? 'the text was cut off at the length limit: be shorter, and finish'
        : `the service ended the text with "${completion.endedBy}", which is no good end that is known: finish it`,
  }
  const cut = cutOf(question, completion)
  return [...(cut === null ? [] : [cut]), ...(completion.finish === 'truncated' ? [cutOff] : []), ...found]
}

function cutOf({ prompt }: Question, { usage }: Completion): Finding | null {
  return promptCut(prompt.user, usage?.inputTokens ?? null)
}

/**
 * A judge that refuses, is cut off or did not read the whole work has given no verdict, whatever stands in its text.
 */
function readVerdict(
  completion: Completion,
  obstacle: Finding | null,
  shown: readonly string[],
): ParsedVerdict {
  if (obstacle !== null) return { ok: false, why: obstacle.text }
  if (completion.finish === 'refused') return { ok: false, why: 'the judge refused' }
  if (completion.finish === 'truncated') return { ok: false, why: 'the verdict was cut off' }
  return parseVerdict(completion.text, shown)
}

function newJudgement(
  context: PipelineContext,
  outputId: string,
  question: Question,
  parsed: ParsedVerdict,
): Omit<NewJudgement, 'obstacle'> {
  return {
    id: newId('judgement', context.world),
    outputId,
    verdict: parsed.ok ? { ...parsed.verdict, score: totalScore(parsed.verdict.scores) } : null,
    flaw: parsed.ok ? null : parsed.why,
    rubricDigest: rubricDigest(),
    promptDigest: question.prompt.digest,
    model: question.choice.model,
  }
}

function withJudgement(output: OutputFacts, parsed: ParsedVerdict, obstacle: Finding | null): OutputFacts {
  const judgement = parsed.ok
    ? { score: totalScore(parsed.verdict.scores), findings: parsed.verdict.findings }
    : { score: null, findings: obstacle === null ? [] : [obstacle] }
  return { ...output, judgements: [...output.judgements, judgement] }
}

function nextOf(step: Step, outputs: readonly OutputFacts[]): Next {
  if (step.kind === 'rest') return restOf(step, outputs)
  return { kind: 'stage', stage: step.kind, score: scoreOf(outputs) }
}

function restOf(step: Extract<Step, { kind: 'rest' }>, outputs: readonly OutputFacts[]): Rest {
  const errorClass = step.state === 'failed_final' ? 'permanent' : null
  return { kind: 'rest', state: step.state, reason: step.reason, errorClass, score: scoreOf(outputs) }
}

/** Of the newest text: a refused revision has none to be judged, and takes no score away. */
function scoreOf(outputs: readonly OutputFacts[]): number | null {
  return meanScore(latestWork(outputs)?.judgements ?? [])
}

function overCap(breach: CapBreach, needNano: number): string {
  const cap = formatNanoUsd(breach.capNano)
  return `held: the ${breach.scope.replace('_', ' ')} cap of $${cap} has $${formatNanoUsd(breach.spentNano)} spent or reserved, the next call may need $${formatNanoUsd(needNano)} (raise ${CAP_SETTINGS[breach.scope]}, or wait)`
}
