import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { findOne, findTask } from '../../src/pipeline/tasks.ts'
import { workshop } from '../support/workshop.ts'

async function kindOf(finding: Promise<unknown>): Promise<string> {
  return finding.then(
    () => 'found',
    (error: unknown) => (error instanceof AppError ? `${error.kind}: ${error.message}` : 'another error'),
  )
}

test('a task is found by its id, a prefix in any letter case, or the id of its run or attempt', async () => {
  const shop = await workshop()
  const { taskId, runId } = await shop.add()
  await shop.drain()
  for (const text of [taskId, taskId.slice(0, 15).toUpperCase(), runId, runId.slice(0, 20), `${runId}/1`]) {
    expect((await findTask(shop.store, text)).id).toBe(taskId)
  }
})

test('what is too short, fits several or none, or is no task, is said so', async () => {
  const shop = await workshop()
  await shop.add()
  const { runId } = await shop.add()
  await shop.drain()
  const [call] = await shop.calls(runId)
  expect(await kindOf(findTask(shop.store, 'task_'))).toMatch(/^usage: "task_" is too short/)
  expect(await kindOf(findTask(shop.store, 'task_01'))).toMatch(/^usage: task_01 fits several ids: task_01/)
  expect(await kindOf(findTask(shop.store, 'task_zzz'))).toMatch(
    /^missing: there is nothing with the id task_zzz/,
  )
  expect(await kindOf(findTask(shop.store, call?.id ?? ''))).toMatch(/^missing: .* names no task/)
  expect(await findOne(shop.store, call?.id ?? '')).toMatchObject({ kind: 'call' })
})
