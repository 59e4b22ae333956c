import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'
import own from '../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('..', import.meta.url))
/** Its native part is installed beside us. */
const STORE_DRIVER = 'better-sqlite3'

/**
 * What is always used together lies together: each file costs a start a quarter of a millisecond, and what is
 * loaded in vain costs more. A group takes with it what its files import, so groups that others import stand first.
 * The rest is split by the bundler, a chunk for each `import()`.
 */
const TOGETHER = [
  { name: 'kernel', test: /src\/kernel/ },
  { name: 'domain', test: /src\/domain\/(?!markdown)/ },
  { name: 'services', test: /src\/integrations\/(?:[^/]+|[^/]+\/service|(?:journal|pings|webhook)\/.*)\.ts/ },
  {
    name: 'surface',
    test: /src\/(?:surfaces\/(?:cli\/(?!program)|timers)|session|settings\/(?:paths|secrets)|(?:operations|commands)\/(?:index|define))/,
  },
  { name: 'words', test: /src\/surfaces\/cli\/program\.ts|commander/ },
  { name: 'settings', test: /src\/settings|smol-toml/ },
  { name: 'figures', test: /src\/figures/ },
  { name: 'store', test: /src\/store/ },
  { name: 'work', test: /src\/(?:pipeline|outbox|operations\/(?:poll|work-input))/ },
  { name: 'board', test: /src\/integrations\/notion/ },
]

/**
 * What a start need not load. The store's driver is a dozen small files around its native part, which it finds by
 * itself from where it is installed. Commander can run subcommands that are programs of their own, which ours never are.
 */
const LIGHTER: Plugin = {
  name: 'lighter',
  transform: (code, id) => {
    if (id.endsWith('better-sqlite3/lib/index.js')) return code.replace(`'./binding'`, BINDING)
    if (id.endsWith('commander/lib/command.js')) {
      return code.replace(/^import childProcess.*$/m, 'const childProcess = {};')
    }
    return null
  },
}
const BINDING = `require.resolve('${STORE_DRIVER}').replace('index.js', 'binding.js')`

/**
 * One bundle with splitting, as CommonJS: ES modules start slower. Node sets up their loader, and an `import` of one
 * of its own modules reads every export of it, which loads parts that are never used (`node:http` alone brings
 * all of `fetch`). All files lie flat in one folder, so that paths relative to a module stay right.
 */
export async function bundle(folder: string, input: Readonly<Record<string, string>>): Promise<void> {
  const bundled = await rolldown({
    input,
    platform: 'node',
    plugins: [LIGHTER],
    external: [/^node:/],
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
  cpSync(join(root, 'src/printers/fonts'), join(folder, 'fonts'), { recursive: true })
}

function manifest(commit: string): Record<string, unknown> {
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'commonjs',
    commit,
    bin: { echopilot: 'bin/echopilot' },
    dependencies: { [STORE_DRIVER]: own.dependencies[STORE_DRIVER] },
    optionalDependencies: own.optionalDependencies,
  }
}

/** What is bundled is a copy, which has to carry its licence. */
function licenses(): string {
  return Object.keys(own.dependencies)
    .map(name => `${name}\n\n${licenseOf(folderOf(name)).trim()}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** Where a package is installed, which may be above us. */
function folderOf(name: string): string {
  const found = findPackageJSON(name, import.meta.url)
  if (found === undefined) throw new Error(`${name} is not installed`)
  return dirname(found)
}

/** Some write its name in small letters. */
function licenseOf(folder: string): string {
  const name = readdirSync(folder).find(file => /^licen[cs]e$/i.test(file)) ?? 'LICENSE'
  return readFileSync(join(folder, name), 'utf8')
}

/**
 * Makes the program as it is installed, in a folder that is emptied first: one bundle with splitting, the SDKs in
 * chunks of their own, and a package.json that tells its commit and whose only runtime dependency is the store's driver, for its native part.
 */
export async function stagePackage(folder: string, commit: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await bundle(join(folder, 'lib'), {
    main: join(root, 'src/main.ts'),
    'compiled-code': join(root, 'src/compiled-code.ts'),
    process: join(root, 'src/sandbox/process.ts'),
  })
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  chmodSync(join(folder, 'bin/echopilot'), 0o755)
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(root, file), join(folder, file))
  writeFileSync(join(folder, 'LICENSES-OF-DEPENDENCIES.txt'), licenses())
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(commit), null, 2)}\n`)
}
