import { flagField, optional, textField } from '../../kernel/field.ts'
import { formatNanoUsd } from '../../domain/cost.ts'
import { formatScore, latestWork } from '../../domain/next-step.ts'
import { CRITERIA, RUBRIC } from '../../domain/rubric.ts'
import { AppError } from '../../kernel/errors.ts'
import { writeResultFile } from '../../kernel/result-file.ts'
import type { Style } from '../../kernel/style.ts'
import { secondText, wrap } from '../../kernel/text.ts'
import { nextCommand } from '../../domain/next-command.ts'
import { statusMark } from '../../figures/marks.ts'
import { findTask } from '../../pipeline/tasks.ts'
import type { Output } from '../../store/runs.ts'
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
    output: optional(textField('write the result text to this file')),
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
    const written = input.output === undefined ? null : write(context, task, latest, input.output)
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
      brief: task.brief,
      versions: outputs.map(output => versionOf(output, outputs)),
      result: latest?.text ?? null,
      history: events.map(event => ({ ...event, at: new Date(event.atMs).toISOString() })),
      next: nextCommand(task),
      written,
    }
  },
  render: (result, style) => {
    if (result.written !== null) return `written to ${result.written}`
    const { task } = result
    const score =
      task.score === null ? 'not judged' : `${formatScore(task.score)} of ${task.threshold} needed`
    const head = [
      style.bold(task.title),
      `${statusMark(task.status, style)(task.status)}${task.reason === null ? '' : `: ${task.reason}`}`,
      `${task.type}${task.client === null ? '' : ` for ${task.client}`} · score ${score} · cost $${task.costUsd}`,
      style.dim(`${task.id} · run ${task.runNumber}: ${task.runId}`),
    ].map(line => wrap(line, style.columns))
    const versions = result.versions.map(version => renderVersion(version, style))
    const history = result.history.map(event => `  ${secondText(event.atMs)}  ${event.what}`)
    return [
      head.join('\n'),
      ...versions,
      `${style.bold('History')} (UTC)\n${history.join('\n')}`,
      ...(result.result === null || result.result === ''
        ? []
        : [`${style.bold('Result')}\n${result.result.trim()}`]),
      ...(result.next === null ? [] : [style.dim(`next: ${result.next}`)]),
    ].join('\n\n')
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

function renderVersion(version: Version, style: Style): string {
  const name = version.stage === 'generate' ? 'First draft' : `Revision ${version.number - 1}`
  const lines = version.judgements.flatMap(judgement => [
    judgement.scores === null
      ? `  no verdict: ${judgement.flaw ?? ''}`
      : `  ${String(judgement.score)} = ${CRITERIA.map(criterion => `${RUBRIC[criterion].title} ${judgement.scores?.[criterion] ?? 0}/${RUBRIC[criterion].points}`).join(', ')}`,
    ...judgement.findings.map(finding => `  - ${finding.text}`),
  ])
  const checks = version.checkFindings.map(finding => `  - ${finding.text}`)
  const decision =
    version.decision === null ? [] : [`  ${version.decision.kind}: ${version.decision.note || 'no note'}`]
  const finish = version.finish === 'complete' ? '' : `, ${version.finish}`
  return [
    `${style.bold(name)} (${version.characters} characters${finish})`,
    ...(version.refusal === null ? [] : [`  ${version.refusal}`]),
    ...checks,
    ...lines,
    ...decision,
  ]
    .map(line => wrap(line, style.columns))
    .join('\n')
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

function write(
  context: Context<{ store: 'required' }>,
  task: TaskSummary,
  latest: Output | undefined,
  file: string,
): string {
  if (latest === undefined || latest.text === '') {
    throw new AppError('missing', `task ${task.id} has no result yet`, `echopilot task show ${task.id}`)
  }
  const text = latest.text.endsWith('\n') ? latest.text : `${latest.text}\n`
  return writeResultFile(context.world, 'the result', file, text)
}
