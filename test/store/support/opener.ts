/**
 * A process that opens one new store after the other, each at an instant that its rivals were told as well:
 * `node opener.ts <folder> <first instant> <every ms> <how many>`. Prints what went wrong, as a JSON list.
 */
import { join } from 'node:path'
import { openStore } from '../../../src/store/index.ts'
import { realStoreOptions } from '../../support/real-world.ts'

const AWAKE_MS = 5

const [folder = '', first = '', every = '', count = ''] = process.argv.slice(2)
const wrong: string[] = []
const pause = new Int32Array(new SharedArrayBuffer(4))
for (let number = 0; number < Number(count); number += 1) {
  const instant = Number(first) + number * Number(every)
  if (Date.now() > instant) wrong.push(`late for ${String(number)}`)
  // Asleep for most of the time, awake for the last moment.
  Atomics.wait(pause, 0, 0, Math.max(instant - Date.now() - AWAKE_MS, 0))
  while (Date.now() < instant);
  try {
    const store = openStore(realStoreOptions(join(folder, `${String(number)}.db`)))
    await store.queue.pause('all of them write at once')
    store.close()
  } catch (error) {
    wrong.push(String(error))
  }
}
process.stdout.write(JSON.stringify(wrong))
