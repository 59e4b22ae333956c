/**
 * `drive-store timed|recorded rests|runs <state folder>`: drives the store's own transitions until nothing is ready.
 * Prints the milliseconds; recorded, it also leaves every statement with its values in the folder.
 */
import { writeFileSync } from 'node:fs'
import { record } from './support/statements.ts'
import { openBenchStore, restRuns, workRuns } from './support/work-store.ts'

const [how = '', what = '', stateDir = ''] = process.argv.slice(2)
const drive = what === 'rests' ? restRuns : workRuns
// Before the store is opened, because it keeps what it has prepared.
const recording = how === 'recorded' ? record() : null
const { store } = openBenchStore(stateDir)
recording?.startOver()
const begun = performance.now()
await drive(store)
process.stdout.write(String(performance.now() - begun))
if (recording !== null) writeFileSync(`${stateDir}/statements.json`, JSON.stringify(recording.statements))
store.close()
