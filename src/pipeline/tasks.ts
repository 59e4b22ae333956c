import { readPrices, type PriceTerms } from '../domain/billing.ts'
import { ratesAt, readRate } from '../domain/money.ts'
import type { TaskType } from '../domain/task-type.ts'
import { SERVICES } from '../integrations/index.ts'
import { sha256 } from '../kernel/digest.ts'
import { AppError } from '../kernel/errors.ts'
import { isBlank } from '../kernel/unseen.ts'
import type { Clock } from '../kernel/world.ts'
import type { Settings } from '../settings/schema.ts'
import type { Effect } from '../store/effect-rows.ts'
import type { Store } from '../store/index.ts'
import type { Found } from '../store/lookup.ts'
import type { NewRun, Run } from '../store/run-rows.ts'
import type { TaskRequest, TaskSummary } from '../store/tasks.ts'

/** Longer than any model takes in; more is a mistake, such as a video given as a brief. */
const MOST_BRIEF_CHARACTERS = 5_000_000

/**
 * A brief that a person gave, as it is.
 * @param next the command that takes one
 * @throws AppError `usage` where it is empty, no text, or too long
 */
export function checkedBrief(brief: string, next: string): string {
  const wrong = (message: string, hint: string): AppError => new AppError('usage', message, hint)
  if (brief.includes('\0')) {
    throw wrong('the brief is not text: it holds NUL bytes', 'give a text file, in UTF-8')
  }
  if (brief.length > MOST_BRIEF_CHARACTERS) {
    throw wrong(
      `the brief has ${brief.length} characters, at most ${MOST_BRIEF_CHARACTERS} are taken`,
      'give the text that is to be worked on, in parts if need be',
    )
  }
  if (isBlank(brief)) throw wrong('the brief is empty: nothing was done', next)
  return brief
}

/**
 * A run of a task by the rules as they are now. Its threshold, by rank: the task's own target, the type's, the
 * configured one.
 */
export function newRun(
  settings: Settings,
  task: Pick<TaskRequest, 'brief' | 'type' | 'qaTarget' | 'priority'>,
  cause: Run['cause'],
  { actor, world }: { readonly actor: string; readonly world: { readonly clock: Pick<Clock, 'now'> } },
): NewRun {
  return {
    cause,
    terms: termsFor(settings, task.type, world.clock.now()),
    priority: task.priority,
    briefDigest: sha256(task.brief),
    actor,
    threshold: task.qaTarget ?? settings.types[task.type]?.qa_target ?? settings.qa.threshold,
    band: settings.qa.band,
    revisions: settings.qa.revisions,
  }
}

/** The prices of a type of task and the rates of the day. */
function termsFor(settings: Settings, type: TaskType, nowMs: number): PriceTerms {
  const rates = settings.fx.rates.flatMap(text => readRate(text) ?? [])
  return {
    prices: readPrices(settings.types[type]?.price ?? '') ?? [],
    billing: settings.billing.method,
    rates: ratesAt(rates, nowMs),
    send: settings.mail.send,
    filing: settings.files.to,
  }
}

/**
 * The task a person means by an id, a prefix, or the id of one of its runs.
 * @throws AppError `missing`, or `usage` where several fit
 */
export async function findTask(store: Store, text: string): Promise<TaskSummary> {
  const found = await findOne(store, text)
  const taskId = found.kind === 'task' ? found.id : (await runOf(store, found))?.taskId
  const task = taskId === undefined ? null : await store.tasks.get(taskId)
  if (task === null) throw new AppError('missing', `${text} names no task`, 'echopilot task list')
  return task
}

/**
 * The effect a person means by an id or a prefix.
 * @throws AppError `missing`, or `usage` where several fit
 */
export async function findEffect(store: Store, text: string): Promise<Effect> {
  const list = 'echopilot effect list'
  const found = await findOne(store, text, list)
  const effect = found.kind === 'effect' ? await store.effects.get(found.id) : null
  if (effect === null) throw new AppError('missing', `${text} names no effect`, list)
  return effect
}

async function runOf(store: Store, found: Found): Promise<Run | null> {
  if (found.kind === 'attempt') return store.runs.get(found.runId)
  return found.kind === 'run' ? store.runs.get(found.id) : null
}

/**
 * The one thing a person means by an id, a prefix of six or more characters, or an id or address that a service gave; `list`
 * is the command that shows what there is.
 * @throws AppError `missing`, or `usage` where it is too short or several fit
 */
export async function findOne(store: Store, text: string, list = 'echopilot task list'): Promise<Found> {
  if (text.length < SHORTEST_PREFIX) {
    throw new AppError('usage', `"${text}" is too short: give six or more characters of an id`, list)
  }
  for (const { name, idsIn } of SERVICES) {
    for (const id of idsIn?.(text) ?? []) {
      const place = await store.lookup.byOutsideId(name, id)
      if (place !== null) return place
    }
  }
  const paid = await store.lookup.byPayersId(text)
  if (paid !== null) return paid
  const lookup = await store.lookup.find(text.toLowerCase())
  switch (lookup.kind) {
    case 'found':
      return lookup.found
    case 'none':
      throw new AppError('missing', `there is nothing with the id ${text}`, list)
    case 'ambiguous':
      throw new AppError(
        'usage',
        `${text} fits several ids: ${lookup.ids.join(', ')} …`,
        'give more characters',
      )
  }
}

const SHORTEST_PREFIX = 6
