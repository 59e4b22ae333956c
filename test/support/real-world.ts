import { EFFECT_KINDS } from '../../src/integrations/index.ts'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realFiles, realProcesses, realPrograms, realRandom } from '../../src/kernel/real-world.ts'
import type { World } from '../../src/kernel/world.ts'
import type { StoreOptions } from '../../src/store/index.ts'

/** The world as `main.ts` builds it, but for what is given. */
export function realWorld(
  given: Pick<World['host'], 'env' | 'cwd' | 'homeDir'> &
    Partial<Pick<World, 'clock' | 'fetch' | 'processes' | 'programs'>>,
): World {
  const { env, cwd, homeDir, ...parts } = given
  const files = realFiles()
  return {
    clock: realClock(),
    random: realRandom(),
    fetch: lightFetch(),
    files,
    // It is a setting of the whole process, which is that of other tests as well.
    processes: { ...realProcesses(files, process.pid), keepHeapSmall: () => undefined },
    programs: realPrograms(),
    ...parts,
    host: {
      env,
      cwd,
      homeDir,
      user: 'tester',
      nodeVersion: process.versions.node,
      pid: process.pid,
      execPath: process.execPath,
      scriptPath: '',
    },
  }
}

/** What a store is opened with by a process of its own. */
export function realStoreOptions(path: string): StoreOptions {
  const files = realFiles()
  const world = {
    clock: realClock(),
    random: realRandom(),
    files,
    processes: realProcesses(files, process.pid),
  }
  return {
    path,
    world,
    commit: 'c0ffee000000',
    actor: 'tester',
    programVersion: '0.0.0-test',
    kinds: EFFECT_KINDS,
  }
}
