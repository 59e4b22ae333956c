import { readRate, type DatedRate } from '../domain/money.ts'
import { readPeriod } from '../domain/period.ts'
import { optional, textField } from '../kernel/field.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { TaskBoard } from '../roles/task-source.ts'
import type { LoadedSettings } from '../settings/load.ts'
import type { Context } from './define.ts'

/** A period, as operations take it. */
export const periodField = optional(
  textField('2026-11, 2026, a day, or two of them as 2026-11-01..2026-11-15', given =>
    readPeriod(given) === null
      ? 'a period such as 2026-11, 2026-11-30 or 2026-11-01..2026-11-15 is wanted'
      : null,
  ),
)

/** The client of an operation, as it is named. */
export const clientField = textField('its name, its address, or the beginning of its id')

/** The dated rates of the configuration. */
export function ratesOf({ settings }: LoadedSettings): DatedRate[] {
  return settings.fx.rates.flatMap(text => readRate(text) ?? [])
}

/** Where clients stand, or why that is not known now. */
export type ClientsAt =
  | { readonly kind: 'board'; readonly board: TaskBoard }
  /** There is no board: clients are kept here. */
  | { readonly kind: 'here' }
  | { readonly kind: 'unknown'; readonly why: string }

/**
 * The board that clients are kept on.
 * @throws AppError `config` where the credential of a store that belongs to an account is missing, or of another
 */
export async function clientsAt(context: Context<{ taskSource: 'optional' }>): Promise<ClientsAt> {
  const { taskSource } = context
  if (!taskSource.ok) {
    if (taskSource.error.kind === 'config') throw taskSource.error
    return { kind: 'unknown', why: taskSource.error.message }
  }
  try {
    const board = (await taskSource.value?.board(context)) ?? null
    return board === null ? { kind: 'here' } : { kind: 'board', board }
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return { kind: 'unknown', why: error.message }
  }
}
