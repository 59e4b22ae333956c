import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Makes an installed program another version of itself: its parts have other names, and the schema goes on by one. */
export function makeNewer(folder: string): void {
  const lib = join(folder, 'lib')
  const parts = readdirSync(lib).filter(name => /^[\w-]+-[\w-]{8}\.js$/.test(name))
  if (parts.length <= 10) throw new Error(`the program has no parts in ${lib}`)
  for (const name of parts) renameSync(join(lib, name), join(lib, `newer-${name}`))
  for (const name of readdirSync(lib).filter(each => each.endsWith('.js'))) {
    const text = parts.reduce(
      (done, part) => done.replaceAll(`./${part}`, `./newer-${part}`),
      readFileSync(join(lib, name), 'utf8'),
    )
    writeFileSync(join(lib, name), text)
  }
  writeFileSync(
    join(lib, 'migrations/sqlite/9000_newer.sql'),
    'CREATE TABLE newer (id TEXT PRIMARY KEY) STRICT;\n',
  )
}
