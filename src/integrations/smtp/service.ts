import { MAIL } from '../../domain/mail.ts'
import { numberField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** Any mail server that takes mails by SMTP. */
export const smtp = defineService({
  name: 'smtp',
  settings: { timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 60) },
  variables: {},
  secrets: {
    SMTP_URL: {
      meaning: 'mail server, as smtps://user:password@smtp.example.com; smtp:// begins with STARTTLS',
    },
  },
  plays: ['mailer'],
  effects: [MAIL],
  open: async environment => (await import('./open.ts')).openSmtp(environment),
})
