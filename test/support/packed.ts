import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { bundle, stagePackage } from '../../.build/stage.ts'

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
  const folder = join(fileURLToPath(new URL('../../dist', import.meta.url)), `tested-${process.pid}`)
  await stagePackage(folder)
  const worker = fileURLToPath(new URL('../crash/support/worker.ts', import.meta.url))
  await bundle(join(folder, 'crash'), { worker })
  project.provide('packed', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
