/** `npm run pack`: the program as it is installed, as a tarball. The last line of output is its path. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packedCommit } from './packed-commit.ts'
import { stagePackage } from './stage.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const folder = join(dist, 'package')

await stagePackage(folder, await packedCommit(root))
const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', dist], {
  cwd: folder,
  encoding: 'utf8',
}).trim()
process.stdout.write(`${join(dist, name)}\n`)
