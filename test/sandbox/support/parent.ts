/** A program that uses the sandbox, for the test that kills it: says its stand-ins' addresses, then idles. */
import { startSandbox } from '../../../src/sandbox/index.ts'

const [dir = ''] = process.argv.slice(2)
const sandbox = await startSandbox({ dir, basePort: 0, nodePath: process.execPath })
process.stdout.write(`${JSON.stringify(sandbox.services)}\n`)
setInterval(() => undefined, 60_000)
