import { dim, document, facts, minute, state, table, type Span } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { textField, withDefault, wholeNumberField } from '../../kernel/field.ts'
import { secondText, spanText } from '../../kernel/text.ts'
import { noSuchJob } from '../../domain/schedule.ts'
import { jobFigures, jobState, jobWords, runFigure, type RunFigure } from '../../figures/jobs.ts'
import { defineOperation } from '../define.ts'

export const jobsShow = defineOperation({
  path: ['jobs', 'show'],
  summary: 'Show one job of the schedule with its last runs: slot, begin, duration, result, items, commit',
  input: {
    name: textField('of the job'),
    limit: withDefault(wholeNumberField('most runs to show', 1, 10_000), 20),
  },
  positionals: ['name'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, schedule, world }, { name, limit }) => {
    const atMs = world.clock.now()
    const jobs = await jobFigures(store, schedule, atMs)
    const job = jobs.find(each => each.job === name)
    if (job === undefined) throw new AppError('missing', noSuchJob(name, schedule), 'echopilot jobs list')
    return {
      atMs,
      ...job,
      catchUp: schedule[name]?.catchUp === true,
      runs: (await store.jobs.newest(name, limit, atMs)).map(runFigure),
    }
  },
  render: ({ atMs, runs, catchUp, ...job }) =>
    document(
      facts(
        [jobState(job), jobWords(job, atMs)],
        ['runs', `${job.command}, ${job.when} (UTC)`],
        ['a missed slot', catchUp ? 'is made up for by one run' : 'is left to the next one'],
      ),
      runs.length === 0
        ? null
        : table(
            [
              { title: 'slot (UTC)' },
              { title: 'begun' },
              { title: 'took', align: 'right' },
              { title: 'result' },
              { title: 'items', align: 'right' },
              { title: 'commit' },
            ],
            runs.map(run => [
              minute(run.slotMs),
              run.late ? state(`${clock(run.startedMs)} late`, 'warn') : clock(run.startedMs),
              run.tookMs === null ? '–' : spanText(run.tookMs),
              resultSpan(run),
              itemsText(run),
              run.commit,
            ]),
          ),
      runs
        .flatMap(({ slotMs, message }) => (message === null ? [] : [facts([minute(slotMs), message])]))
        .slice(0, 1),
    ),
})

function clock(ms: number): string {
  return secondText(ms).slice(11)
}

function resultSpan({ outcome, idle }: RunFigure): Span {
  if (outcome === null) return state('running', 'open')
  if (outcome === 'ok') return idle > 0 ? dim(`nothing to do, ${idle} that day`) : state('ok', 'good')
  const often = idle > 1 ? `, ${idle} that day` : ''
  return state(`${outcome}${often}`, outcome === 'partial' ? 'warn' : 'bad')
}

function itemsText({ counts }: RunFigure): string {
  if (counts === null) return '–'
  return counts.failed === 0 ? String(counts.done) : `${counts.done} + ${counts.failed} failed`
}
