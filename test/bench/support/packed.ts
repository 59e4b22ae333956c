import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { ROOT } from '../../support/root.ts'

/** The program as a user has it: packed and installed. */
export interface Packed {
  readonly tarball: string
  /** Holds `node_modules`. */
  readonly folder: string
  /** The launcher. */
  readonly bin: string
  /** Milliseconds that the installation took. */
  readonly installMs: number
  /** A script of this folder, built as the program is, beside the same driver of the store. */
  readonly script: (name: ScriptName) => string
}

/** The scripts that are processes of their own. */
export type ScriptName = (typeof SCRIPTS)[number]

const SCRIPTS = [
  'append-audit',
  'bare-intake',
  'by-hand',
  'drive-store',
  'fill-reports',
  'fill-store',
  'meter',
  'page-payments',
  'replay-store',
  'send-events',
] as const

/** Packs this checkout and installs the tarball in `folder`, without the Node that comes along. */
export async function installPacked(folder: string): Promise<Packed> {
  const output = execFileSync(process.execPath, [join(ROOT, '.build/pack.ts')], { encoding: 'utf8' })
  const tarball = output.trimEnd().split('\n').at(-1) ?? ''
  const installMs = install(tarball, folder, ['--omit=optional'])
  await buildScripts(folder)
  return {
    tarball,
    folder,
    installMs,
    bin: join(folder, 'node_modules/echopilot/bin/echopilot'),
    script: name => join(folder, 'scripts', `${name}.mjs`),
  }
}

/** Installs a tarball into a new folder; returns the milliseconds it took. */
export function install(tarball: string, folder: string, flags: readonly string[]): number {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const begun = performance.now()
  execFileSync('npm', ['install', ...flags, '--no-audit', '--no-fund', '--silent', tarball], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return performance.now() - begun
}

/** Megabytes of files below a folder, or of one file, as they lie on the disk. */
export function sizeMb(path: string): number {
  if (statSync(path).isFile()) return statSync(path).size / 1e6
  const [kilobytes] = execFileSync('du', ['-sk', path], { encoding: 'utf8' }).split('\t')
  return (Number(kilobytes) * 1024) / 1e6
}

/** By the same bundler as the program, so that neither side is slowed down by how it was loaded. */
async function buildScripts(folder: string): Promise<void> {
  const scripts = join(folder, 'scripts')
  for (const name of SCRIPTS) {
    await build({
      input: join(ROOT, 'test/bench', `child-${name}.ts`),
      platform: 'node',
      external: [/^node:/, 'better-sqlite3'],
      output: { file: join(scripts, `${name}.mjs`), format: 'esm', codeSplitting: false },
    })
  }
  // The store looks for its migrations beside its own file.
  symlinkSync(join(folder, 'node_modules/echopilot/lib/migrations'), join(scripts, 'migrations'))
}
