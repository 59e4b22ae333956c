/**
 * A process that ends one run after the other, each taken with the commit of the one before, as soon as all
 * its rivals have a first one: `node finisher.ts <store file> <how many>`. Prints its runs, as a JSON list.
 */
import { realClock, realFiles, realProcesses, realRandom } from '../../../src/kernel/real-world.ts'
import { openStore } from '../../../src/store/index.ts'
import { rowsOf } from '../../support/books.ts'
import { ANY, TO_FAILED } from '../../support/store.ts'

const [path = '', rivals = ''] = process.argv.slice(2)
const files = realFiles()
const world = {
  clock: realClock(),
  random: realRandom(),
  files,
  processes: realProcesses(files, process.pid),
}
const store = openStore({ path, world, commit: 'c', programVersion: '1' })
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
