import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Section } from './support/bench.ts'
import { ROOT } from '../support/root.ts'
import { install, sizeMb } from './support/packed.ts'
import { duration, megabytes } from './support/table.ts'

/** What is needed of a checkout to install it. */
const MANIFESTS = ['package.json', 'package-lock.json', '.npmrc'] as const

/** What has to be fetched and kept: by somebody who works on the program, and by somebody who uses it. */
export const INSTALL: Section = {
  name: 'install',
  title: 'time and size of an installation (sizes as on the disk)',
  run: async ({ folder, packed }) => {
    const checkout = join(folder, 'checkout')
    for (const file of MANIFESTS) cpSync(join(ROOT, file), join(checkout, file))
    const begun = performance.now()
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd: checkout, stdio: 'ignore' })
    const checkoutMs = performance.now() - begun
    const whole = join(folder, 'whole')
    const wholeMs = install(packed.tarball, whole, [])
    const without = sizeMb(join(packed.folder, 'node_modules'))
    return [
      { figure: 'npm ci of a checkout', measured: duration(checkoutMs) },
      { figure: 'its node_modules', measured: megabytes(sizeMb(join(checkout, 'node_modules'))) },
      { figure: 'the tarball', measured: megabytes(sizeMb(packed.tarball)) },
      { figure: 'packed, without a Node', measured: duration(packed.installMs) },
      {
        figure: 'its node_modules',
        measured: megabytes(without),
        goal: { name: 'installed', figure: without },
      },
      { figure: 'packed, with its Node', measured: duration(wholeMs) },
      { figure: 'its node_modules', measured: megabytes(sizeMb(join(whole, 'node_modules'))) },
    ]
  },
}
