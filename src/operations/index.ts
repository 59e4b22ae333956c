import { configCheck } from './config/check.ts'
import { configInit } from './config/init.ts'
import { configShow } from './config/show.ts'
import type { AnyOperation } from './define.ts'
import { deliver } from './deliver.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { metrics } from './metrics.ts'
import { notionDiff } from './notion/diff.ts'
import { notionSync } from './notion/sync.ts'
import { poll } from './poll.ts'
import { processRuns } from './process.ts'
import { qa } from './qa.ts'
import { queuePause } from './queue/pause.ts'
import { queueResume } from './queue/resume.ts'
import { status } from './status.ts'
import { taskAdd } from './task/add.ts'
import { taskApprove } from './task/approve.ts'
import { taskCancel } from './task/cancel.ts'
import { taskList } from './task/list.ts'
import { taskOpen } from './task/open.ts'
import { taskRetry } from './task/retry.ts'
import { taskReturn } from './task/return.ts'
import { taskShow } from './task/show.ts'

/** Everything EchoPilot can be asked to do; a test compares it with the files of this folder. */
export const OPERATIONS: readonly AnyOperation[] = [
  configCheck,
  configInit,
  configShow,
  deliver,
  doctor,
  explain,
  metrics,
  notionDiff,
  notionSync,
  poll,
  processRuns,
  qa,
  queuePause,
  queueResume,
  status,
  taskAdd,
  taskApprove,
  taskCancel,
  taskList,
  taskOpen,
  taskRetry,
  taskReturn,
  taskShow,
]
