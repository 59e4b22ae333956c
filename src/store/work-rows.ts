import type { OutputFacts } from '../domain/next-step.ts'
import type { CriterionScores, Finding } from '../domain/rubric.ts'
import { FINDINGS_SHAPE, findRow, readRows, type Change, type RowReader, type StoreReader } from './core.ts'
import type { NewJudgement, NewOutput } from './stage-end.ts'

/** A version of the work with everything that was said about it. */
export interface Output extends Omit<OutputFacts, 'decision'> {
  readonly number: number
  readonly stage: 'generate' | 'revise'
  readonly text: string
  readonly digest: string
  readonly checksVersion: string
  readonly callId: string
  readonly createdMs: number
  readonly judgements: readonly Judgement[]
  /** Taken when this was the newest version; `workId` is the text it is about, an earlier one where this was refused. */
  readonly decision:
    (NonNullable<OutputFacts['decision']> & { readonly workId: string; readonly atMs: number }) | null
}

/** A verdict on one version, or the flaw that made it none. */
export interface Judgement {
  readonly id: string
  readonly outputId: string
  readonly score: number | null
  readonly scores: CriterionScores | null
  readonly findings: readonly Finding[]
  readonly flaw: string | null
  readonly rubricDigest: string
  readonly promptDigest: string
  readonly model: string
  readonly callId: string
}

/** Adds a version of the work, numbered after the run's last. */
export function insertOutput(tx: Change, runId: string, callId: string, output: NewOutput): void {
  tx.engine.run(
    `INSERT INTO outputs (id, run_id, number, call_id, stage, finish, text, digest, refusal, check_findings,
       checks_version, created_ms)
     VALUES (:id, :runId, (SELECT COUNT(*) + 1 FROM outputs WHERE run_id = :runId), :callId, :stage, :finish,
       :text, :digest, :refusal, :checkFindings, :checksVersion, :now)`,
    {
      ...output,
      runId,
      callId,
      checkFindings: JSON.stringify(output.checkFindings),
      now: tx.clock.now(),
    },
  )
  tx.about(output.id, { run: runId, digest: output.digest })
}

/** Adds a judgement, numbered after the version's last. */
export function insertJudgement(tx: Change, runId: string, callId: string, judgement: NewJudgement): void {
  const { verdict, obstacle, ...row } = judgement
  const found = verdict?.findings ?? (obstacle === null ? [] : [obstacle])
  tx.engine.run(
    `INSERT INTO judgements (id, run_id, output_id, number, call_id, score, scores, reasons, findings, opinion,
       flaw, rubric_digest, prompt_digest, model, created_ms)
     VALUES (:id, :runId, :outputId, (SELECT COUNT(*) + 1 FROM judgements WHERE output_id = :outputId), :callId,
       :score, :scores, :reasons, :findings, :opinion, :flaw, :rubricDigest, :promptDigest, :model, :now)`,
    {
      ...row,
      runId,
      callId,
      score: verdict?.score ?? null,
      scores: verdict === null ? null : JSON.stringify(verdict.scores),
      reasons: verdict === null ? null : JSON.stringify(verdict.reasons),
      findings: JSON.stringify(found),
      opinion: verdict?.opinion ?? null,
      now: tx.clock.now(),
    },
  )
  tx.about(judgement.id, { output: judgement.outputId, score: verdict?.score ?? null })
}

/** All versions of the work of a run, first draft first. */
export function outputsOf(core: StoreReader, runId: string): Output[] {
  const judged = `SELECT j.* FROM outputs o JOIN judgements j ON j.output_id = o.id
    WHERE o.run_id = :runId ORDER BY o.number, j.number`
  const judgements = readRows(core, judged, { runId }, readJudgement)
  const byOutput = Map.groupBy(judgements, ({ outputId }) => outputId)
  const sql = `SELECT o.*, d.kind AS decision_kind, d.note AS decision_note, d.work_id, d.at_ms FROM outputs o
    LEFT JOIN decisions d ON d.output_id = o.id WHERE o.run_id = :runId ORDER BY o.number`
  return readRows(core, sql, { runId }, is => ({
    id: is.text('id'),
    number: is.number('number'),
    stage: is.text<Output['stage']>('stage'),
    finish: is.text<Output['finish']>('finish'),
    text: is.text('text'),
    digest: is.text('digest'),
    refusal: is.textOrNull('refusal'),
    callId: is.text('call_id'),
    createdMs: is.number('created_ms'),
    checkFindings: is.json<Finding[]>('check_findings', FINDINGS_SHAPE),
    checksVersion: is.text('checks_version'),
    judgements: byOutput.get(is.text('id')) ?? [],
    decision:
      is.textOrNull('decision_kind') === null
        ? null
        : {
            kind: is.text<'approve' | 'return'>('decision_kind'),
            note: is.text('decision_note'),
            workId: is.textOrNull('work_id') ?? is.text('id'),
            atMs: is.number('at_ms'),
          },
  }))
}

function readJudgement(is: RowReader): Judgement {
  const score = is.numberOrNull('score')
  return {
    id: is.text('id'),
    outputId: is.text('output_id'),
    score,
    scores: score === null ? null : is.json<CriterionScores>('scores', {}),
    findings: is.json<Finding[]>('findings', FINDINGS_SHAPE),
    flaw: is.textOrNull('flaw'),
    rubricDigest: is.text('rubric_digest'),
    promptDigest: is.text('prompt_digest'),
    model: is.text('model'),
    callId: is.text('call_id'),
  }
}

/** A run's newest text; a refused revision is none. Null where there is none. */
export function latestWorkOf(core: StoreReader, runId: string): { id: string; text: string } | null {
  const sql = `SELECT id, text FROM outputs WHERE run_id = :runId AND finish <> 'refused' ORDER BY number DESC LIMIT 1`
  return findRow(core, sql, { runId }, is => ({ id: is.text('id'), text: is.text('text') }))
}

/** The words of all that checks and judge found in a text. */
export function findingsIn(core: StoreReader, outputId: string): string[] {
  const sql = `SELECT check_findings AS findings, 0 AS number FROM outputs WHERE id = :outputId
    UNION ALL SELECT findings, number FROM judgements WHERE output_id = :outputId ORDER BY number`
  return readRows(core, sql, { outputId }, is => is.json<Finding[]>('findings', FINDINGS_SHAPE))
    .flat()
    .map(finding => finding.text)
}
