import { FILE } from '../../domain/filed.ts'
import { nonEmptyTextField, optional } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** A folder of this machine that results are filed in. */
export const fileFolder = defineService({
  name: 'file_folder',
  settings: {
    path: optional(nonEmptyTextField('folder that results are filed in; files in the state folder')),
  },
  variables: {},
  secrets: {},
  plays: ['fileStore'],
  effects: [FILE],
  open: async environment => (await import('./open.ts')).openFileFolder(environment),
})
