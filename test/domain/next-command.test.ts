import { expect, test } from 'vitest'
import { ERROR_CLASSES, type ErrorClass } from '../../src/domain/error-class.ts'
import { keysOf } from '../../src/domain/keys-of.ts'
import { nextCommand } from '../../src/domain/next-command.ts'

const after = (errorClass: ErrorClass | null, pageId: string | null): string | null =>
  nextCommand({ id: 'task_1', state: 'failed_final', errorClass, pageId })

test('what would fail the same way is not offered to be tried again unchanged', () => {
  for (const errorClass of keysOf(ERROR_CLASSES)) {
    const [local, page] = [after(errorClass, null), after(errorClass, 'page')]
    const asItIs = 'echopilot task retry task_1'
    expect(local === asItIs && page === asItIs, errorClass).toBe(
      ERROR_CLASSES[errorClass].worthReplay && errorClass !== 'credential',
    )
  }
})

test.each([
  ['data', null, 'echopilot replay --task task_1 --brief FILE, with a brief that can be worked on'],
  ['data', 'page', 'mend the row in Notion, then tick its Trigger'],
  ['credential', null, 'echopilot doctor, then echopilot task retry task_1'],
  [null, null, 'echopilot task retry task_1'],
] as const)('a failure of class %s (page %s): %s', (errorClass, pageId, next) => {
  expect(after(errorClass, pageId)).toBe(next)
})
