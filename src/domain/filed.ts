import { shorten } from './cut-text.ts'
import type { EffectBody, EffectKind } from './effect-kind.ts'

/** Where a file is kept, and what it is called there. */
export interface FilePlace {
  /** From the outermost; each is a plain name: see {@link plainName}. */
  readonly folders: readonly string[]
  readonly name: string
  /** As `text/markdown`. */
  readonly type: string
}

/** A text that is filed, as an effect. */
export interface FileEffect extends EffectBody, FilePlace {
  readonly kind: 'file'
  readonly text: string
}

/** What a service declares that keeps files. */
export const FILE: EffectKind<FileEffect> = {
  kind: 'file',
  writes: 'file',
  shape: { folders: ['text'], name: 'text', type: 'text', text: 'text' },
  isMerged: false,
  isInParts: true,
  placeOf: () => STORAGE,
  stillToSay: body => body,
}

/** The place of all files at one service: it has room, or not. */
export const STORAGE = 'storage'

/** Whether an effect is one; it was read by its kind. */
export function isFile(body: EffectBody): body is FileEffect {
  return body.kind === FILE.kind
}

/** Where accepted results are filed: nowhere, in a folder of this machine, or in Google Drive. */
export const FILINGS = ['nowhere', 'folder', 'drive'] as const

/** One of them. */
export type Filing = (typeof FILINGS)[number]

/** What effects of a filing are booked under. */
export const FILING_SERVICES = { folder: 'file_folder', drive: 'google' } as const

/** An accepted result that is filed. */
export interface FiledResult {
  /** Null where nobody is named. */
  readonly client: string | null
  readonly title: string
  readonly runId: string
  readonly markdown: string
  readonly atMs: number
}

/** Its place: a folder for each client, in it one for each month (UTC); the name ends in the run, and so is that of no other. */
export function filedResult({ client, title, runId, markdown, atMs }: FiledResult): FileEffect {
  const month = new Date(atMs).toISOString().slice(0, 'YYYY-MM'.length)
  return {
    kind: 'file',
    folders: [plainName(client ?? '', 'No client'), month],
    name: `${plainName(title, 'Result')} ${runId}.md`,
    type: 'text/markdown',
    text: markdown,
  }
}

/** File systems take 255 bytes; a character has up to 4, and the name of the run comes after. */
const LONGEST_NAME = 50

/** A text as the name of a file or folder anywhere: one line, without what has a meaning in paths. */
function plainName(text: string, otherwise: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|\s]+/gu, ' ').replaceAll(/^[. ]+|[. ]+$/g, '')
  const cut = shorten(plain, LONGEST_NAME, '…')
  return cut === '' ? otherwise : cut
}
