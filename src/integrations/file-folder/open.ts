import { join, resolve } from 'node:path'
import type { FilePlace } from '../../domain/filed.ts'
import { fileDeliverer } from '../../outbox/file-deliverer.ts'
import type { FileStore, FileStores } from '../../roles/file-store.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'

type Environment = ServiceEnvironment<{ readonly path?: string | undefined }, never>

const FILE_MODE = 0o600
const PART_BYTES = 1_048_576

/** Writes nothing until there is a file. */
export async function openFileFolder({ own, world, stateDir }: Environment): Promise<OpenService> {
  const folder = resolve(stateDir, own.path ?? 'files')
  const pathOf = ({ folders, name }: FilePlace): string => join(folder, ...folders, name)
  const store: FileStore = {
    put: async (place, { bytes, read }) => {
      const path = pathOf(place)
      // It is written whole or not at all: what has the name is the file.
      const writing = world.files.beginText(path, FILE_MODE)
      try {
        for (let from = 0; from < bytes; from += PART_BYTES)
          writing.write(await read(from, Math.min(PART_BYTES, bytes - from)))
        writing.end()
      } catch (error) {
        writing.giveUp()
        throw error
      }
      return path
    },
    find: async place => (world.files.exists(pathOf(place)) ? pathOf(place) : null),
    whyFull: async () => (world.files.freeBytes(folder) === 0 ? `the disk of ${folder} is full` : null),
  }
  const stores: FileStores = { service: 'file_folder', files: async () => store }
  return { roles: { fileStore: stores }, deliverer: async call => fileDeliverer(stores, call, world) }
}
