import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import own from '../package.json' with { type: 'json' }
import { readCommit } from '../src/commit.ts'
import { realFiles } from '../src/kernel/real-world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Loads its native part by itself, and is installed beside us. */
const STORE_DRIVER = 'better-sqlite3'

/**
 * What is always used together lies together: each file costs a start a quarter of a millisecond, and what is
 * loaded in vain costs more. A group takes with it what its files import, so groups that others import stand first.
 * The rest is split by the bundler, a chunk for each `import()`.
 */
const TOGETHER = [
  { name: 'kernel', test: /src\/kernel/ },
  { name: 'domain', test: /src\/domain\/(?!markdown)/ },
  { name: 'services', test: /src\/integrations\/(?:[^/]+|[^/]+\/service)\.ts/ },
  { name: 'surface', test: /src\/(?:surfaces|session|settings\/(?:paths|secrets))|commander/ },
  { name: 'store', test: /src\/store/ },
  { name: 'work', test: /src\/(?:pipeline|outbox)/ },
]

/**
 * One bundle with splitting, as CommonJS: ES modules start slower. Node sets up their loader, and an `import` of one
 * of its own modules reads every export of it, which loads parts that are never used (`node:http` alone brings
 * all of `fetch`). All files lie flat in one folder, so that paths relative to a module stay right.
 */
export async function bundle(folder: string, input: Readonly<Record<string, string>>): Promise<void> {
  const bundled = await rolldown({
    input,
    platform: 'node',
    external: [/^node:/, STORE_DRIVER],
  })
  await bundled.write({
    dir: folder,
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups: TOGETHER },
    comments: { legal: true },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  })
  await bundled.close()
  cpSync(join(root, 'src/store/migrations'), join(folder, 'migrations'), { recursive: true })
}

function manifest(): Record<string, unknown> {
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'commonjs',
    commit: readCommit(root, realFiles()),
    bin: { echopilot: 'bin/echopilot' },
    dependencies: { [STORE_DRIVER]: own.dependencies[STORE_DRIVER] },
    optionalDependencies: own.optionalDependencies,
  }
}

/** What is bundled is a copy, which has to carry its licence. */
function licenses(): string {
  return Object.keys(own.dependencies)
    .filter(name => name !== STORE_DRIVER)
    .map(name => `${name}\n\n${licenseOf(join(root, 'node_modules', name)).trim()}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** Some write its name in small letters. */
function licenseOf(folder: string): string {
  const name = readdirSync(folder).find(file => /^licen[cs]e$/i.test(file)) ?? 'LICENSE'
  return readFileSync(join(folder, name), 'utf8')
}

/**
 * Makes the program as it is installed, in a folder that is emptied first: one bundle with splitting, the SDKs in
 * chunks of their own, and a package.json whose only runtime dependency is the store's driver.
 */
export async function stagePackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await bundle(join(folder, 'lib'), {
    main: join(root, 'src/main.ts'),
    process: join(root, 'src/sandbox/process.ts'),
  })
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  chmodSync(join(folder, 'bin/echopilot'), 0o755)
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(root, file), join(folder, file))
  writeFileSync(join(folder, 'LICENSES-OF-DEPENDENCIES.txt'), licenses())
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
}
