import { expect, test } from 'vitest'
import { OPERATIONS } from '../../src/operations/index.ts'
import { CHAT_COMMANDS, readWritten } from '../../src/surfaces/chat/commands.ts'

test.each(Object.entries(CHAT_COMMANDS))(
  '/%s is an operation that takes what is written',
  async (_, command) => {
    const operation = await Object.entries(OPERATIONS).find(([path]) => path === command.operation)?.[1]()
    expect(Object.keys(operation?.input ?? {})).toEqual(
      expect.arrayContaining([...command.takes, ...Object.keys(command.given ?? {})]),
    )
    expect(operation?.access).not.toBe('irreversible')
  },
)

const TASK = 'task_01kabcdefghjkmnpqrstvwxyz0'

test.each([
  ['/status', null, 'status', {}],
  ['/status@echopilot_bot', null, 'status', {}],
  ['/APPROVE task_01kabc', null, 'task approve', { id: 'task_01kabc' }],
  [
    '/return task_01kabc shorter,\nand with prices',
    null,
    'task return',
    { id: 'task_01kabc', note: 'shorter,\nand with prices' },
  ],
  ['/return shorter, please', `waits: ${TASK} “x”`, 'task return', { id: TASK, note: 'shorter, please' }],
  ['/return task_01kabcd shorter', `waits: ${TASK}`, 'task return', { id: 'task_01kabcd', note: 'shorter' }],
  ['/approve', `waits: ${TASK}`, 'task approve', { id: TASK }],
  ['/ack', `EchoPilot: critical\nalert_01kabcdef/notice/1`, 'alert ack', { id: 'alert_01kabcdef' }],
  ['/ack models down', null, 'alert ack', { id: 'models down' }],
  ['/approve', 'no id here', 'task approve', {}],
  ['/pause until Monday', null, 'queue pause', { reason: 'until Monday' }],
])('%j in answer to %j is %s', (text, replyTo, operation, input) => {
  expect(readWritten(text, replyTo)).toMatchObject({ kind: 'call', command: { operation }, input })
})

test.each([['hello'], ['/'], ['/constructor'], ['/refund pay_1'], ['/__proto__'], ['status']])(
  '%j is no command',
  text => {
    expect(readWritten(text, null)).toMatchObject({ kind: 'unknown' })
  },
)
