/** One session of a process that lives long: many calls, of several actors, at once. */
import { expect, onTestFinished, test } from 'vitest'
import { document } from '../../src/kernel/document.ts'
import { textField } from '../../src/kernel/field.ts'
import { defineOperation } from '../../src/operations/define.ts'
import { explain } from '../../src/operations/explain.ts'
import { taskAdd } from '../../src/operations/task/add.ts'
import type { Session } from '../../src/session/index.ts'
import { CALL, realSession } from '../support/session.ts'
import { temporaryFolder } from '../support/temporary.ts'

function sessionWith(env: Record<string, string> = {}): Session {
  const session = realSession({ stateDir: temporaryFolder(), env })
  onTestFinished(() => session.close())
  return session
}

test('calls of several actors at once, each with its own result and name', async () => {
  const session = sessionWith()
  const names = ['bot:mara', 'http:tom', 'cli:ana']
  const added = await Promise.all(
    names.map(actor => session.run(taskAdd, { brief: `from ${actor}` }, { ...CALL, actor })),
  )
  const ids = added.map(({ result }) => result.taskId ?? '')
  const told = await Promise.all(ids.map(id => session.run(explain, { id }, CALL)))
  expect(told.map(({ result }) => result.receipts[0]?.timeline[0]?.actor)).toEqual(names)
})

test('what could not be opened is tried again by the next call', async () => {
  const env: Record<string, string> = { OPENAI_BASE_URL: 'nowhere' }
  const session = sessionWith(env)
  const add = () => session.run(taskAdd, { brief: 'a brief' }, CALL)
  await expect(add()).rejects.toMatchObject({ kind: 'config' })
  env['OPENAI_BASE_URL'] = 'http://127.0.0.1:9/v1'
  expect((await add()).outcome).toBe('ok')
})

test('an exclusive operation is busy while another call of it runs, and free again when that ended', async () => {
  const session = sessionWith()
  const begun = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const slow = defineOperation({
    path: ['slow'],
    summary: 'Take a while',
    input: { wait: textField('whether to wait') },
    needs: { store: 'required' },
    access: 'write',
    exclusive: true,
    scope: 'operate',
    run: async (_, { wait }) => {
      begun.resolve()
      if (wait === 'yes') await over.promise
      return { waited: wait }
    },
    render: () => document(),
  })
  const first = session.run(slow, { wait: 'yes' }, CALL)
  await begun.promise
  const second = session.run(slow, { wait: 'no' }, CALL)
  await expect(second).rejects.toMatchObject({ kind: 'busy' })
  await expect(second).rejects.toThrow(`pid ${String(process.pid)} on this machine`)
  over.resolve()
  expect((await first).result).toEqual({ waited: 'yes' })
  expect((await session.run(slow, { wait: 'no' }, CALL)).result).toEqual({ waited: 'no' })
})
