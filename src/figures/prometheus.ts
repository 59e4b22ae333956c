import { isJobWrong } from './jobs.ts'
import type { StatusFigures } from './status.ts'

interface Metric {
  readonly name: string
  readonly help: string
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]
}

/** Prometheus text exposition format 0.0.4. What was never measured has no sample, rather than a zero. */
export function prometheusText(figures: StatusFigures): string {
  return metricsOf(figures)
    .filter(metric => metric.samples.length > 0)
    .map(metric => {
      const lines = metric.samples.map(sample => `${metric.name}${labelText(sample.labels)} ${sample.value}`)
      return [`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} gauge`, ...lines].join('\n')
    })
    .join('\n')
    .concat('\n')
}

function metricsOf(figures: StatusFigures): Metric[] {
  const oldest = figures.oldestWaitingMs
  return [
    {
      name: 'echopilot_tasks',
      help: 'Tasks by the status of their latest run.',
      samples: Object.entries(figures.tasks).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: 'echopilot_oldest_waiting_seconds',
      help: 'Time that the oldest run has waited that could be worked on now.',
      samples: oldest === null ? [] : [{ value: Math.round((figures.atMs - oldest) / 1000) }],
    },
    {
      name: 'echopilot_alerts_open',
      help: 'Alerts that are open.',
      samples: (['critical', 'warning'] as const).map(severity => ({
        labels: { severity },
        value: figures.alerts.filter(alert => alert.severity === severity).length,
      })),
    },
    {
      name: 'echopilot_queue_paused',
      help: '1 while no new work is taken.',
      samples: [{ value: figures.queuePaused === null ? 0 : 1 }],
    },
    {
      name: 'echopilot_ai_cost_usd',
      help: 'AI cost booked in the running UTC day and month.',
      samples: [
        { labels: { period: 'day' }, value: Number(figures.today.totalUsd) },
        { labels: { period: 'month' }, value: Number(figures.month.totalUsd) },
      ],
    },
    {
      name: 'echopilot_service_paused',
      help: '1 for each model of a service that is not called for now.',
      samples: distinct(figures.services.map(({ service, model, cause }) => ({ service, model, cause }))).map(
        labels => ({ labels, value: 1 }),
      ),
    },
    {
      name: 'echopilot_job',
      help: '1 where a job of the schedule stands as it should, 0 where not; no sample where it never ran.',
      samples: figures.jobs
        .filter(({ state }) => state !== 'not_proved')
        .map(job => ({ labels: { job: job.job }, value: isJobWrong(job) ? 0 : 1 })),
    },
    {
      name: 'echopilot_proof',
      help: '1 proved, 0 failed; no sample where it is not proved.',
      samples: figures.proofs
        .filter(proof => proof.outcome !== 'not_proved')
        .map(proof => ({ labels: { subject: proof.subject }, value: proof.outcome === 'proved' ? 1 : 0 })),
    },
    {
      name: 'echopilot_proof_age_seconds',
      help: 'Time since the last probe.',
      samples: figures.proofs.map(proof => ({
        labels: { subject: proof.subject },
        value: Math.round((figures.atMs - proof.atMs) / 1000),
      })),
    },
  ]
}

/** Two credentials of one service may be paused: a sample is told by its labels alone. */
function distinct<T>(labels: readonly T[]): T[] {
  return [...new Map(labels.map(label => [JSON.stringify(label), label])).values()]
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return ''
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`)
  return `{${pairs.join(',')}}`
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
