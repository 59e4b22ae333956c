import { reader, type StoreCore } from './core.ts'

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
export interface UnitFailureStore {
  /** Keeps one, as of now. */
  record(failure: Omit<UnitFailure, 'atMs'>): Promise<UnitFailure>
  /** Those from an instant on, the newest first. */
  since(fromMs: number): Promise<UnitFailure[]>
}

/** Failures of units over one database. */
export function unitFailureStore(core: StoreCore): UnitFailureStore {
  return {
    record: failure =>
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
    since: async fromMs =>
      core.engine
        .all('SELECT * FROM unit_failures WHERE at_ms >= :fromMs ORDER BY at_ms DESC', { fromMs })
        .map(reader)
        .map(is => ({
          unit: is.text('unit'),
          atMs: is.number('at_ms'),
          result: is.textOrNull('result'),
          exitCode: is.textOrNull('exit_code'),
          lines: is.textOrNull('lines'),
        })),
  }
}
