import { join } from 'node:path'
import { z } from 'zod'
import { echopilot, type Bench, type Section } from './support/bench.ts'
import { openOffice } from './support/office.ts'
import { metered, timed, type Metered } from './support/run.ts'
import { duration, megabytes, type Row } from './support/table.ts'

/** The longest is drained only with --full. */
const QUEUES = [100, 1000, 10_000] as const

/**
 * The most memory a drain holds must not grow with the queue. Node's own heap grows for a while before it
 * collects, so the shortest queue says little; "flat" is the longest against the one before.
 */
export const MEMORY: Section = {
  name: 'memory',
  title: 'the most memory of a drain, as the queue of local tasks grows',
  run: async bench => {
    const queues = bench.full ? QUEUES : QUEUES.slice(0, 2)
    if (!bench.full) bench.say('10,000 tasks are drained with --full')
    const drained: { readonly tasks: number; readonly run: Metered }[] = []
    for (const tasks of queues) drained.push({ tasks, run: await drain(bench, tasks) })
    return drained.map(({ tasks, run }, index): Row => {
      const before = drained[index - 1]?.run.peakMb
      const line = {
        figure: `${String(tasks)} tasks in ${duration(run.ms)}`,
        measured: megabytes(run.peakMb),
      }
      if (before === undefined) return line
      const ratio = run.peakMb / before
      return { ...line, ratio, ...(tasks === 10_000 ? { goal: { name: 'flatMemory', figure: ratio } } : {}) }
    })
  },
}

const Polled = z.object({ runs: z.array(z.object({ status: z.string() })) })

async function drain(bench: Bench, tasks: number): Promise<Metered> {
  const office = await openOffice(bench, join(bench.folder, String(tasks)))
  try {
    const env = office.localEnv
    const state = env['ECHOPILOT_STATE_DIR'] ?? ''
    await timed({ words: [bench.packed.script('fill-store'), 'queued', state, String(tasks)], env })
    const run = await metered(bench.packed, echopilot(bench, ['poll', '--drain', '--json'], env))
    const done = Polled.parse(JSON.parse(run.stdout)).runs.filter(({ status }) => status === 'Done').length
    if (done !== tasks) throw new Error(`${String(done)} of ${String(tasks)} tasks were done`)
    return run
  } finally {
    await office.stop()
  }
}
