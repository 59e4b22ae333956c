import { FILE } from '../../domain/filed.ts'
import { MAIL } from '../../domain/mail.ts'
import { numberField, optional, originField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** Where mails go out and files are kept: Gmail and Drive, of the one account that signed in. */
export const google = defineService({
  name: 'google',
  settings: {
    base_url: optional(
      originField(
        'only for a sandbox or a proxy: Gmail, Drive and the sign-in below one address, without a path',
      ),
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 60),
  },
  variables: { base_url: 'GOOGLE_BASE_URL' },
  secrets: {
    GOOGLE_CLIENT_ID: { meaning: 'client id of an app of the type Desktop at Google', opensAccount: true },
    GOOGLE_CLIENT_SECRET: { meaning: 'secret of the same app', opensAccount: true },
    GOOGLE_REFRESH_TOKEN: {
      meaning: 'sign-in to that app, of the account that mails are from',
      opensAccount: true,
    },
  },
  plays: ['mailer', 'fileStore'],
  effects: [MAIL, FILE],
  open: async environment => (await import('./open.ts')).openGoogle(environment),
})
