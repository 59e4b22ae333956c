import type { LazyList } from '../kernel/operation.ts'
import type { AnyOperation } from './define.ts'

/** Everything EchoPilot can be asked to do; a test compares it with the files of this folder. */
export const OPERATIONS: LazyList<AnyOperation> = {
  'config check': async () => (await import('./config/check.ts')).configCheck,
  'config init': async () => (await import('./config/init.ts')).configInit,
  'config show': async () => (await import('./config/show.ts')).configShow,
  deliver: async () => (await import('./deliver.ts')).deliver,
  doctor: async () => (await import('./doctor.ts')).doctor,
  'effect dismiss': async () => (await import('./effect/dismiss.ts')).effectDismiss,
  'effect list': async () => (await import('./effect/list.ts')).effectList,
  'effect retry': async () => (await import('./effect/retry.ts')).effectRetry,
  'effect show': async () => (await import('./effect/show.ts')).effectShow,
  explain: async () => (await import('./explain.ts')).explain,
  metrics: async () => (await import('./metrics.ts')).metrics,
  'notion diff': async () => (await import('./notion/diff.ts')).notionDiff,
  'notion sync': async () => (await import('./notion/sync.ts')).notionSync,
  poll: async () => (await import('./poll.ts')).poll,
  process: async () => (await import('./process.ts')).processRuns,
  qa: async () => (await import('./qa.ts')).qa,
  'queue pause': async () => (await import('./queue/pause.ts')).queuePause,
  'queue resume': async () => (await import('./queue/resume.ts')).queueResume,
  status: async () => (await import('./status.ts')).status,
  'task add': async () => (await import('./task/add.ts')).taskAdd,
  'task approve': async () => (await import('./task/approve.ts')).taskApprove,
  'task cancel': async () => (await import('./task/cancel.ts')).taskCancel,
  'task dismiss': async () => (await import('./task/dismiss.ts')).taskDismiss,
  'task list': async () => (await import('./task/list.ts')).taskList,
  'task open': async () => (await import('./task/open.ts')).taskOpen,
  'task retry': async () => (await import('./task/retry.ts')).taskRetry,
  'task return': async () => (await import('./task/return.ts')).taskReturn,
  'task show': async () => (await import('./task/show.ts')).taskShow,
}
