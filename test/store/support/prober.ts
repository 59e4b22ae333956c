/** Opens a store, adds a task and looks at it, as whatever user it is run: prints `ok`, or kind and message. */
import { asAppError } from '../../../src/kernel/errors.ts'
import { openStore } from '../../../src/store/index.ts'
import { realStoreOptions } from '../../support/real-world.ts'
import { addTo } from '../../support/store.ts'

const [path = ''] = process.argv.slice(2)
try {
  const store = openStore(realStoreOptions(path))
  await addTo(store)
  process.stdout.write('ok')
} catch (thrown) {
  const error = asAppError(thrown)
  process.stdout.write(`${error.kind}: ${error.message}`)
}
