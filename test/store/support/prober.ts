/** Opens a store, adds a task and looks at it, as whatever user it is run: prints `ok`, or kind and message. */
import { realClock, realFiles, realProcesses, realRandom } from '../../../src/kernel/real-world.ts'
import { asAppError } from '../../../src/kernel/errors.ts'
import { openStore } from '../../../src/store/index.ts'
import { addTo } from '../../support/store.ts'

const [path = ''] = process.argv.slice(2)
const files = realFiles()
const world = {
  clock: realClock(),
  random: realRandom(),
  files,
  processes: realProcesses(files, process.pid),
}
try {
  const store = openStore({ path, world, commit: 'c', programVersion: '1' })
  await addTo(store)
  process.stdout.write('ok')
} catch (thrown) {
  const error = asAppError(thrown)
  process.stdout.write(`${error.kind}: ${error.message}`)
}
