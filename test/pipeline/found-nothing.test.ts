import { expect, test } from 'vitest'
import { foundNothing, type PollReport } from '../../src/pipeline/poll.ts'
import { NOTHING_PICKED_UP } from '../../src/roles/task-source.ts'

const IDLE: PollReport = {
  dryRun: false,
  runs: [],
  failed: [],
  paused: [],
  waiting: { retrying: 0, held: 0, queued: 0 },
  queuePaused: null,
  interrupted: false,
  atMs: 0,
  notion: null,
  links: [],
}
const NOTHING = { ...NOTHING_PICKED_UP, isSetUp: true, delivered: 0, undelivered: [] }
const ROW = { title: 'x', pageId: 'p', runId: 'run_x', taskId: 'task_x', atMostUsd: null }

test('a poll is idle only where nothing was picked up, decided, worked on or written', () => {
  expect(foundNothing({ ...IDLE, notion: null })).toBe(true)
  expect(foundNothing({ ...IDLE, notion: NOTHING })).toBe(true)
  expect(foundNothing({ ...IDLE, notion: { ...NOTHING, picked: [ROW] } })).toBe(false)
  expect(foundNothing({ ...IDLE, notion: { ...NOTHING, decided: 1 } })).toBe(false)
  expect(foundNothing({ ...IDLE, notion: { ...NOTHING, delivered: 1 } })).toBe(false)
})
