/** A clock that went back is named, and stops nothing. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { changeStore } from '../store/support/store-file.ts'
import { newHome } from './support/run.ts'

test('status and doctor name a clock that went back; neither calls it a failure', async () => {
  const home = newHome({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
  await home.json('task', 'add', 'Say hello.')
  expect(await home.json('status')).toMatchObject({ clockAhead: null })
  changeStore(
    join(home.stateDir, 'echopilot.db'),
    'UPDATE tasks SET created_ms = created_ms + 5 * 365 * 86400000',
  )
  const status = await home.run('status')
  expect(status).toMatchObject({ code: 0, stderr: '' })
  expect(status.stdout).toMatch(/^ {2}clock: went back by 182[45] d or more: task_\w{26} is\s+recorded at /m)
  const doctor = await home.run('doctor')
  expect(doctor.stdout).toMatch(/^not proved {2}clock\n {12}went back by 182[45] d/m)
  changeStore(join(home.stateDir, 'echopilot.db'), 'UPDATE tasks SET created_ms = 0')
  expect((await home.run('doctor')).stdout).toMatch(/^proved {6}clock \(was not proved\)\n/m)
})
