import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { readCommit } from '../../src/commit.ts'
import { realFiles } from '../../src/kernel/real-world.ts'
import { bundle, stagePackage } from '../../.build/stage.ts'
import { ROOT } from './root.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the program as it is installed. */
    readonly packed: string
  }
}

/**
 * Packs the program once for all tests: what they start is what is installed, and starts in a quarter of the time
 * that the sources take; so does the worker of the crash matrices, with its own copy of the program. It lies inside the checkout, whose node_modules it finds.
 */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = join(ROOT, 'dist', `tested-${process.pid}`)
  // What is worked on is tested as if it were committed.
  await stagePackage(folder, readCommit(ROOT, realFiles()))
  const worker = fileURLToPath(new URL('../crash/support/worker.ts', import.meta.url))
  await bundle(join(folder, 'crash'), { worker })
  project.provide('packed', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
