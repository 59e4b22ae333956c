import type { Bench, Section } from './support/bench.ts'
import { interleaved, medianOf } from './support/rounds.ts'
import { duration, type Row } from './support/table.ts'
import {
  byHand,
  prepare,
  program,
  round,
  TASKS_A_ROUND,
  type Kind,
  type Prepared,
  type Round,
} from './support/task-rounds.ts'

const ROUNDS = 3
/** The program looks at rows as it goes, many at once, which the script does not; more is another list of calls. */
const CALLS_MAY_DIFFER = 0.2

/**
 * What a task costs, from the tick to the finished page, against a script by hand that makes the same calls and
 * nothing else. The stand-ins answer at once, in processes of their own on the same cores, so their share is
 * printed too. The local lines leave Notion out: two calls a task, and what the program does around them.
 */
export const TASKS: Section = {
  name: 'tasks',
  title: 'tick to finished page, against the same calls by hand',
  run: async bench => {
    const prepared = await prepare(bench)
    const calls = prepared.template.task.length
    bench.say(
      `${String(TASKS_A_ROUND)} tasks a round of ${String(calls)} calls each, 8 at once, medians of ${String(ROUNDS)} interleaved rounds`,
    )
    const board = await measure(bench, prepared, 'board')
    const local = await measure(bench, prepared, 'local')
    sayCalls(bench, prepared, board)
    return [...requestRows(prepared, board), ...rowsOf('', board, true), ...rowsOf('local ', local, false)]
  },
}

type Measured = Readonly<Record<'byHand' | 'program', readonly Round[]>>

async function measure(bench: Bench, prepared: Prepared, kind: Kind): Promise<Measured> {
  return interleaved(
    {
      byHand: () => round(bench, prepared, kind, byHand),
      program: () => round(bench, prepared, kind, program),
    },
    { rounds: ROUNDS },
  )
}

/** Says how many calls were answered; throws where the contenders did not make the same ones. */
function sayCalls(bench: Bench, { template }: Prepared, rounds: Measured): void {
  const made = medianOf(rounds.program, ({ calls }) => calls)
  const wanted = medianOf(rounds.byHand, ({ calls }) => calls)
  const once = template.once.length
  bench.say(`calls answered: ${String(made)}, by hand ${String(wanted)} (${String(once)} of them once)`)
  if (Math.abs(made / wanted - 1) > CALLS_MAY_DIFFER) {
    throw new Error('the script by hand no longer makes the calls of the program')
  }
}

function requestRows({ requestsAlone, requestsInBurst }: Prepared, { program: rounds }: Measured): Row[] {
  const unhurried = medianOf(rounds, ({ requests }) => requests) / TASKS_A_ROUND
  return [
    {
      figure: 'requests a row, alone',
      measured: String(requestsAlone),
      goal: { name: 'requestsAlone', figure: requestsAlone },
    },
    {
      figure: 'requests a row, in a burst',
      measured: requestsInBurst.toFixed(1),
      goal: { name: 'requestsInBurst', figure: requestsInBurst },
    },
    { figure: 'requests a row, many at a rate to spare', measured: unhurried.toFixed(1) },
  ]
}

function rowsOf(prefix: string, rounds: Measured, goals: boolean): Row[] {
  const perTask = (name: keyof Measured, figure: (round: Round) => number): number =>
    medianOf(rounds[name], figure) / TASKS_A_ROUND
  const ratio = (figure: (round: Round) => number): number =>
    perTask('program', figure) / perTask('byHand', figure)
  const rate = (name: keyof Measured): string => `${(1000 / perTask(name, ({ ms }) => ms)).toFixed(0)} /s`
  const cpu = (name: keyof Measured): string => `${perTask(name, ({ cpuMs }) => cpuMs).toFixed(2)} s`
  const other = (name: keyof Measured): string =>
    `${perTask(name, ({ standInsMs }) => standInsMs).toFixed(2)} s`
  const cpuRatio = ratio(({ cpuMs }) => cpuMs)
  const rateRatio = 1 / ratio(({ ms }) => ms)
  return [
    { figure: `${prefix}CPU of 1000, by hand`, measured: cpu('byHand'), ratio: 1 },
    {
      figure: `${prefix}CPU of 1000, program`,
      measured: cpu('program'),
      ratio: cpuRatio,
      ...(goals ? { goal: { name: 'cpuOfTask', figure: cpuRatio } as const } : {}),
    },
    { figure: `${prefix}CPU, stand-ins by hand`, measured: other('byHand') },
    { figure: `${prefix}CPU, stand-ins program`, measured: other('program') },
    { figure: `${prefix}tasks a second, by hand`, measured: rate('byHand'), ratio: 1 },
    {
      figure: `${prefix}tasks a second, program`,
      measured: rate('program'),
      ratio: rateRatio,
      ...(goals ? { goal: { name: 'tasksPerSecond', figure: rateRatio } as const } : {}),
    },
    {
      figure: `${prefix}time of a round, program`,
      measured: duration(medianOf(rounds.program, ({ ms }) => ms)),
    },
  ]
}
