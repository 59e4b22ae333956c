/**
 * `append-audit <state folder> <count>`: appends so many rows to the audit chain, as the end of a run has them, many in
 * a commit: what one costs beside the commit that it is part of. Prints the milliseconds.
 */
import { newId } from '../../src/kernel/ids.ts'
import { realRandom } from '../../src/kernel/real-world.ts'
import { sha256 } from '../../src/kernel/digest.ts'
import { appendAudit } from '../../src/store/audit-chain.ts'
import { openEngine } from '../../src/store/engine.ts'
import { refuseForeign } from '../../src/store/migrate.ts'
import { openBenchStore } from './support/work-store.ts'

const IN_A_COMMIT = 1000

const [stateDir = '', count = ''] = process.argv.slice(2)
openBenchStore(stateDir).store.close()
const engine = openEngine(`${stateDir}/echopilot.db`, refuseForeign)
const clock = { now: () => Date.now() }
const tx = { engine, clock, actor: 'pipeline', commit: 'c0ffee000000' }
const ids = { clock, random: realRandom() }
const facts = { state: 'done', attempt: 1, errorClass: null, score: 95, receipt: sha256('receipt') }
const begun = performance.now()
for (let appended = 0; appended < Number(count); appended += IN_A_COMMIT) {
  engine.transaction(() => {
    for (let each = 0; each < IN_A_COMMIT; each += 1)
      appendAudit(tx, 'run.finish', { [newId('run', ids)]: facts })
  })
}
process.stdout.write(String(performance.now() - begun))
engine.close()
