import { build, transform } from 'esbuild'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import own from '../package.json' with { type: 'json' }
import { readCommit } from '../src/commit.ts'
import { realFiles } from '../src/kernel/real-world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const TARGET = 'node22'

/**
 * The bundler thinks that Node may not know all of Unicode, and writes `new RegExp` for such a literal: that is
 * compiled when the module is loaded, a literal only when it is used.
 */
const LITERAL_PATTERNS = { 'regexp-unicode-property-escapes': true, 'regexp-set-notation': true }

/** All entries and chunks lie flat in one folder, so that paths relative to a module stay right. */
async function bundle(lib: string): Promise<void> {
  await build({
    entryPoints: {
      main: join(root, 'src/main.ts'),
      process: join(root, 'src/sandbox/process.ts'),
    },
    outdir: lib,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: TARGET,
    supported: LITERAL_PATTERNS,
    legalComments: 'linked',
    external: ['better-sqlite3'],
    logLevel: 'warning',
  })
  for (const file of readdirSync(lib).filter(name => name.endsWith('.js'))) await asCommonJs(join(lib, file))
}

/**
 * The bundler splits ES modules only, and those start slower: Node sets up their loader, and an import of one
 * of its own modules by `import` reads every export of it, which loads parts that are never used (`node:http`
 * alone brings all of `fetch`). So each chunk is written again as what `require` takes.
 */
async function asCommonJs(file: string): Promise<void> {
  const text = readFileSync(file, 'utf8')
  const url = 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;'
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    supported: { ...LITERAL_PATTERNS, 'dynamic-import': false },
    define: { 'import.meta.url': 'moduleUrl' },
    banner: `"use strict";${text.includes('import.meta.url') ? url : ''}`,
    logLevel: 'warning',
  })
  writeFileSync(file, code)
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
    dependencies: { 'better-sqlite3': own.dependencies['better-sqlite3'] },
    optionalDependencies: own.optionalDependencies,
  }
}

/**
 * Makes the program as it is installed, in a folder that is emptied first: one bundle with splitting, the SDKs in
 * chunks of their own, and a package.json whose only runtime dependency is the store's driver.
 */
export async function stagePackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await bundle(join(folder, 'lib'))
  cpSync(join(root, 'src/store/migrations'), join(folder, 'lib/migrations'), { recursive: true })
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  chmodSync(join(folder, 'bin/echopilot'), 0o755)
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) cpSync(join(root, file), join(folder, file))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
}
