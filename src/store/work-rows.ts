import type { Finding } from '../domain/rubric.ts'
import { FINDINGS_SHAPE, findRow, readRows, type Change, type StoreReader } from './core.ts'
import type { NewJudgement, NewOutput } from './stage-end.ts'

/** Adds a version of the work, numbered after the run's last; inside a transaction of the caller. */
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

/** Adds a judgement, numbered after the version's last; inside a transaction of the caller. */
export function insertJudgement(tx: Change, runId: string, callId: string, judgement: NewJudgement): void {
  const verdict = judgement.verdict
  tx.engine.run(
    `INSERT INTO judgements (id, run_id, output_id, number, call_id, score, scores, reasons, findings, opinion,
       flaw, rubric_digest, prompt_digest, model, created_ms)
     VALUES (:id, :runId, :outputId, (SELECT COUNT(*) + 1 FROM judgements WHERE output_id = :outputId), :callId,
       :score, :scores, :reasons, :findings, :opinion, :flaw, :rubricDigest, :promptDigest, :model, :now)`,
    {
      id: judgement.id,
      runId,
      outputId: judgement.outputId,
      callId,
      score: verdict?.score ?? null,
      scores: verdict === null ? null : JSON.stringify(verdict.scores),
      reasons: verdict === null ? null : JSON.stringify(verdict.reasons),
      findings: JSON.stringify(
        verdict?.findings ?? (judgement.obstacle === null ? [] : [judgement.obstacle]),
      ),
      opinion: verdict?.opinion ?? null,
      flaw: judgement.flaw,
      rubricDigest: judgement.rubricDigest,
      promptDigest: judgement.promptDigest,
      model: judgement.model,
      now: tx.clock.now(),
    },
  )
  tx.about(judgement.id, { output: judgement.outputId, score: verdict?.score ?? null })
}

/** A run's newest text, inside or outside a transaction; a refused revision is none. Null where there is none. */
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
