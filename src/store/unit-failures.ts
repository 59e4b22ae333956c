import { readRows, type StoreCore } from './core.ts'

/** A unit of systemd that failed, as its OnFailure= told of it. */
export interface UnitFailure {
  /** `echopilot-poll.service`. */
  readonly unit: string
  readonly atMs: number
  /** systemd's word for how: `exit-code`, `timeout`, `oom-kill` …; null where it was not told. */
  readonly result: string | null
  /** Its exit code, or the signal that ended it. */
  readonly exitCode: string | null
  /** The last lines of its log. */
  readonly lines: string | null
}

/** Units that failed. */
export function unitFailureStore(core: StoreCore) {
  return {
    /** Keeps one, as of now. */
    record: (failure: Omit<UnitFailure, 'atMs'>) =>
      core.change(core.actor, 'unit.fail', tx => {
        const atMs = tx.clock.now()
        tx.engine.run(
          `INSERT INTO unit_failures (unit, at_ms, result, exit_code, lines)
           VALUES (:unit, :atMs, :result, :exitCode, :lines)
           ON CONFLICT (unit, at_ms) DO NOTHING`,
          { ...failure, atMs },
        )
        tx.about(failure.unit)
        return { ...failure, atMs }
      }),
    /** Those from an instant on, the newest first. */
    since: async (fromMs: number) =>
      readRows(
        core,
        'SELECT * FROM unit_failures WHERE at_ms >= :fromMs ORDER BY at_ms DESC',
        { fromMs },
        is => ({
          unit: is.text('unit'),
          atMs: is.number('at_ms'),
          result: is.textOrNull('result'),
          exitCode: is.textOrNull('exit_code'),
          lines: is.textOrNull('lines'),
        }),
      ),
  }
}
