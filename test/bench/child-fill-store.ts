/** `fill-store queued|finished <state folder> <count>`: runs as the program itself would have left them. */
import Database from 'better-sqlite3'
import { BRIEF } from './support/brief.ts'
import { addLocal, addPage, deliverAll, openBenchStore, workRuns } from './support/work-store.ts'

/** The oldest of the finished runs is as old as this. */
const DAYS = 90

const [what = '', stateDir = '', count = ''] = process.argv.slice(2)
// Nothing is measured here, so nothing has to wait for the disk.
const original = { ...Database.prototype }
Object.assign(Database.prototype, {
  pragma(this: Database.Database, source: string): unknown {
    return original.pragma.call(this, source.replace('synchronous = FULL', 'synchronous = OFF'))
  },
})

const { store, daysAgo } = openBenchStore(stateDir)
for (let number = 1; number <= Number(count); number += 1) {
  if (what === 'queued') {
    await addLocal(store, number, BRIEF)
    continue
  }
  daysAgo(DAYS * (1 - number / Number(count)))
  await addPage(store, number)
  await workRuns(store)
  await deliverAll(store)
}
store.close()
