import { MAIL } from '../../domain/mail.ts'
import { nonEmptyTextField, optional } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** A folder that mails are written into, each as an .eml file that mail programs open: where no service sends any. */
export const mailFolder = defineService({
  name: 'mail_folder',
  settings: {
    path: optional(
      nonEmptyTextField('folder of mails where no service sends them; mails in the state folder'),
    ),
  },
  variables: {},
  secrets: {},
  plays: ['mailer'],
  effects: [MAIL],
  open: async environment => (await import('./open.ts')).openMailFolder(environment),
})
