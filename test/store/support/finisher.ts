/**
 * A process that ends one run after the other, each taken with the commit of the one before, as soon as all
 * its rivals have a first one: `node finisher.ts <store file> <how many>`. Prints its runs, as a JSON list.
 */
import { openStore } from '../../../src/store/index.ts'
import { rowsOf } from '../../support/books.ts'
import { realStoreOptions } from '../../support/real-world.ts'
import { ANY, TO_FAILED } from '../../support/store.ts'

const [path = '', rivals = ''] = process.argv.slice(2)
const store = openStore(realStoreOptions(path))
const runIds: string[] = []
let claimed = await store.claims.claim(ANY)
while (rowsOf(path, 'SELECT id FROM runs WHERE started_ms IS NOT NULL').length < Number(rivals)) {
  await new Promise(resolve => setImmediate(resolve))
}
while (claimed !== null) {
  runIds.push(claimed.run.id)
  const end = { kind: 'rested', settlement: null, next: TO_FAILED } as const
  claimed = (await store.stages.finish(claimed.claim, end, ANY)).next
}
store.close()
process.stdout.write(JSON.stringify(runIds))
