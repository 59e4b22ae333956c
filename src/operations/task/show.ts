import { flagField, textField } from '../../kernel/field.ts'
import { formatNanoUsd } from '../../domain/cost.ts'
import { formatScore, latestWork } from '../../domain/next-step.ts'
import { CRITERIA, RUBRIC } from '../../domain/rubric.ts'
import { AppError } from '../../kernel/errors.ts'
import {
  dim,
  document,
  facts,
  id,
  line,
  list,
  money,
  next,
  second,
  section,
  strong,
  verbatim,
  type Part,
} from '../../kernel/document.ts'
import { instantText, secondText } from '../../kernel/text.ts'
import { nextCommand } from '../../domain/next-command.ts'
import { billFigure } from '../../figures/clients.ts'
import { linkFigure, linkItem } from '../../figures/links.ts'
import { mailingFigure, mailingLine } from '../../figures/mailings.ts'
import { paymentFigure, paymentLine } from '../../figures/payments.ts'
import { statusState } from '../../figures/marks.ts'
import { findTask } from '../../pipeline/tasks.ts'
import type { Output } from '../../store/work-rows.ts'
import type { TaskSummary } from '../../store/tasks.ts'
import { defineOperation, type Context } from '../define.ts'

const FOLLOW_EVERY_MS = 500

export const taskShow = defineOperation({
  path: ['task', 'show'],
  summary: 'Show one task: state, score, findings, cost, history and result',
  examples: [
    { words: 'task show task_01k… --follow', does: 'wait until it rests' },
    { words: 'task show task_01k… --output result.md', does: 'write the result to a file' },
  ],
  input: {
    id: textField('task or run, or the beginning of its id'),
    follow: flagField('wait until the task rests, telling what happens'),
  },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, input) => {
    const found = await findTask(context.store, input.id)
    const task = input.follow ? await follow(context, found) : found
    const outputs = await context.store.runs.outputs(task.runId)
    const events = await context.store.runs.events(task.runId)
    const latest = latestWork(outputs)
    const bills = await context.store.bills.ofTask(task.id)
    return {
      task: {
        id: task.id,
        title: task.title,
        type: task.type,
        client: task.client,
        priority: task.priority,
        dueDate: task.dueDate,
        status: task.status,
        reason: task.reason,
        score: task.score,
        threshold: task.threshold,
        costUsd: formatNanoUsd(task.costNano),
        runId: task.runId,
        runNumber: task.runNumber,
      },
      bills: await Promise.all(
        bills.map(async bill => ({
          ...(await billFigure(context.store, bill)),
          link: await linkFigure(context.store, bill.id),
        })),
      ),
      payments: (await context.store.payments.ofTask(task.id)).map(paymentFigure),
      mailings: (await context.store.mailings.ofTask(task.id)).map(mailingFigure),
      brief: task.brief,
      versions: outputs.map(output => versionOf(output, outputs)),
      result: latest?.text ?? null,
      history: events.map(event => ({ ...event, at: instantText(event.atMs) })),
      next: nextCommand(task),
    }
  },
  render: ({ task, bills, payments, mailings, versions, history, result, next: nextStep }) => {
    const score =
      task.score === null ? 'not judged' : `${formatScore(task.score)} of ${task.threshold} needed`
    const client = task.client === null ? '' : ` for ${task.client}`
    return document(
      line`${strong(task.title)}`,
      line`${statusState(task.status)}${task.reason === null ? '' : `: ${task.reason}`}`,
      line`${task.type}${client} · score ${score} · cost ${money(task.costUsd)}`,
      line`${id(task.id)} · run ${task.runNumber}: ${id(task.runId)}`,
      bills.map(({ status, amount, open, why, link }) => [
        line`${status}: ${amount ?? 'no price'} (${why})${open === null ? '' : `, ${open} is open`}`,
        link === null ? null : linkItem(link, status === 'Unpaid'),
      ]),
      section('Paid', payments.map(paymentLine)),
      section('Mailed to the client', mailings.map(mailingLine)),
      versions.map(versionSection),
      section('History (UTC)', facts(...history.map(({ atMs, what }) => [second(atMs), what] as const))),
      result === null || result === '' ? null : section('Result', verbatim(result.trim())),
      next(nextStep),
    )
  },
  writeTo: {
    flag: 'output',
    meaning: 'write the result text to this file',
    what: 'the result',
    told: 'written',
    text: ({ task, result }) => {
      if (result === null || result === '') {
        throw new AppError('missing', `task ${task.id} has no result yet`, `echopilot task show ${task.id}`)
      }
      return result.endsWith('\n') ? result : `${result}\n`
    },
  },
})

type Version = ReturnType<typeof versionOf>

function versionOf(output: Output, all: readonly Output[]) {
  const decided = all.findLast(({ decision }) => decision?.workId === output.id)?.decision
  return {
    id: output.id,
    number: output.number,
    stage: output.stage,
    finish: output.finish,
    characters: output.text.length,
    checkFindings: output.checkFindings,
    refusal: output.refusal,
    judgements: output.judgements.map(({ score, scores, findings, flaw, model }) => ({
      score,
      scores,
      findings,
      flaw,
      model,
    })),
    decision: decided === undefined || decided === null ? null : { kind: decided.kind, note: decided.note },
  }
}

function versionSection(version: Version): Part {
  const name = version.stage === 'generate' ? 'First draft' : `Revision ${version.number - 1}`
  const finish = version.finish === 'complete' ? '' : `, ${version.finish}`
  return section(
    [name, dim(` (${version.characters} characters${finish})`)],
    version.refusal ?? (version.judgements.length === 0 ? 'not judged' : null),
    list(version.checkFindings.map(({ text }) => text)),
    version.judgements.map(({ score, scores, flaw, findings }) => [
      scores === null ? `no verdict: ${flaw ?? ''}` : scoreText(score, scores),
      list(findings.map(({ text }) => text)),
    ]),
    version.decision === null ? null : `${version.decision.kind}: ${version.decision.note || 'no note'}`,
  )
}

function scoreText(
  score: number | null,
  scores: NonNullable<Version['judgements'][number]['scores']>,
): string {
  const parts = CRITERIA.map(
    criterion => `${RUBRIC[criterion].title} ${scores[criterion]}/${RUBRIC[criterion].points}`,
  )
  return `${String(score)} = ${parts.join(', ')}`
}

/** Tells each new event until the task needs no more work, or the operator stops watching. */
async function follow(context: Context<{ store: 'required' }>, task: TaskSummary): Promise<TaskSummary> {
  let seen = 0
  for (;;) {
    const now = (await context.store.tasks.get(task.id)) ?? task
    const events = await context.store.runs.events(now.runId)
    for (const event of events.slice(seen)) context.progress(`${secondText(event.atMs)}  ${event.what}`)
    seen = events.length
    const run = await context.store.runs.get(now.runId)
    if (run === null || run.nextStage === null || context.stop.aborted) return now
    await context.world.clock.sleep(FOLLOW_EVERY_MS, context.stop)
  }
}
