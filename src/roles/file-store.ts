import type { FilePlace } from '../domain/filed.ts'
import type { ServiceCall } from './task-source.ts'

/** A service that files are kept at. */
export interface FileStores {
  /** What effects are booked under. */
  readonly service: string
  /**
   * The files of this store, for one call; the first contact binds the store to their account.
   * @throws AppError `config` where the credential opens another account; ServiceFailure where that is not known and the
   *   service does not tell
   */
  files(call: ServiceCall): Promise<FileStore>
}

/** The bytes of a file, which need not be in memory. */
export interface FileContent {
  readonly bytes: number
  /** So many from there, all of which are there. */
  readonly read: (from: number, length: number) => Promise<Uint8Array<ArrayBuffer>>
}

/** Keeps files in folders, and finds those that it keeps. Every method may throw `ServiceFailure`. */
export interface FileStore {
  /**
   * Keeps a file; gives back where a person opens it. Folders that are not there are made. What arrived is compared with
   * what was sent. Where no answer came, look before it is put again.
   */
  put(place: FilePlace, content: FileContent, key: string): Promise<string>
  /** Where the file of a key is opened; null where it is not there whole. */
  find(place: FilePlace, key: string): Promise<string | null>
  /** Why nothing more can be kept for now; null where it can. */
  whyFull(): Promise<string | null>
}
