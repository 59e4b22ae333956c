/**
 * Packs the program as it is installed: one bundle with splitting, the SDKs in chunks of their own, and a
 * package.json whose only runtime dependency is the store's driver. The last line is the tarball's path.
 */
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readCommit } from '../src/commit.ts'
import { realFiles } from '../src/kernel/real-world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const stage = join(dist, 'package')

/** All entries and chunks lie flat in one folder, so that paths relative to a module stay right. */
async function bundle(): Promise<void> {
  await build({
    entryPoints: {
      main: join(root, 'src/main.ts'),
      process: join(root, 'src/sandbox/process.ts'),
    },
    outdir: join(stage, 'lib'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'linked',
    external: ['better-sqlite3'],
    // Dependencies that are CommonJS call require for Node's own modules.
    banner: {
      js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
    },
    logLevel: 'warning',
  })
}

/** What is read of our own package.json. */
const Own = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
})

function manifest(): Record<string, unknown> {
  const own = Own.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'module',
    commit: readCommit(root, realFiles()),
    bin: { echopilot: 'bin/echopilot' },
    dependencies: { 'better-sqlite3': own.dependencies['better-sqlite3'] },
    optionalDependencies: own.optionalDependencies,
  }
}

async function pack(): Promise<string> {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(stage, { recursive: true })
  await bundle()
  cpSync(join(root, 'src/store/migrations'), join(stage, 'lib/migrations'), { recursive: true })
  cpSync(join(root, 'bin'), join(stage, 'bin'), { recursive: true })
  chmodSync(join(stage, 'bin/echopilot'), 0o755)
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(root, file), join(stage, file))
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', dist], {
    cwd: stage,
    encoding: 'utf8',
  }).trim()
  return join(dist, name)
}

process.stdout.write(`${await pack()}\n`)
