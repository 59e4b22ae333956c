import { reader, type StoreCore } from './core.ts'
import { pageAgain, standingOf } from '../domain/effect.ts'
import { recordEffects, standingTransition } from './effect-record.ts'
import { latestRun } from './run-rows.ts'

/** Records what the pages of these tasks should say, to be written once more; inside a transaction of the caller. */
export function rebuildPages(core: StoreCore, taskIds: readonly string[]): void {
  for (const taskId of taskIds) {
    const run = latestRun(core, taskId)
    const standing = standingTransition(core, run)
    if (standing !== null) recordEffects(core, run.id, [pageAgain(standing.pageId, standingOf(standing))])
  }
}

/**
 * Records every log row to be written once more, and returns how many: of every run, those in work too: a row that is forgotten but not looked up again would be made twice. One that
 * is being sent is taken back, or what is older would be written over it. Inside a transaction of the caller.
 */
export function rebuildLogs(core: StoreCore): number {
  core.engine.run(
    `DELETE FROM notion_things WHERE effect_key IN
       (SELECT json_extract(body, '$.thing') FROM effects WHERE kind IN ('log', 'job'))`,
  )
  core.engine.run(
    `UPDATE effects SET state = 'pending', ended_ms = NULL, uncertain = 1, looked_up_ms = NULL, not_before_ms = :now,
       owner = NULL, lease_until_ms = NULL
     WHERE kind IN ('log', 'job') AND (state <> 'pending' OR owner IS NOT NULL)`,
    { now: core.clock.now() },
  )
  return logWrites(core)
}

/** Every write of a log row there ever was: each is recorded again. */
export function logWrites(core: StoreCore): number {
  const row = core.engine.get(`SELECT COUNT(*) AS writes FROM effects WHERE kind IN ('log', 'job')`)
  return reader(row ?? {}).number('writes')
}
