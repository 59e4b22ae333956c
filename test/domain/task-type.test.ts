import { expect, test } from 'vitest'
import { parseTaskType, TASK_TYPES } from '../../src/domain/task-type.ts'

test.each(TASK_TYPES)('%s is a type by its own name', type => {
  expect(parseTaskType(type)).toBe(type)
})

test.each([
  ['data transform', 'Data-transform'],
  [' DATA_TRANSFORM ', 'Data-transform'],
  ['data – transform', 'Data-transform'],
  ['RESEARCH', 'Research'],
  ['transcription', 'Transcription'],
])('%j is the type %s', (text, type) => {
  expect(parseTaskType(text)).toBe(type)
})

test.each(['', ' ', 'datatransform', 'Drafting!', 'Research, Drafting', 'constructor'])(
  '%j is no type',
  text => {
    expect(parseTaskType(text)).toBeNull()
  },
)
