import { keysOf } from '../../domain/keys-of.ts'
import { document, line, state } from '../../kernel/document.ts'
import { SECRETS } from '../../settings/secrets.ts'
import { defineOperation } from '../define.ts'

export const configCheck = defineOperation({
  path: ['config', 'check'],
  summary: 'Check the configuration and that every needed credential is there',
  input: {},
  // Connecting the models names every missing credential; nothing is sent.
  needs: { settings: 'required', models: 'required' },
  access: 'read',
  scope: 'read',
  run: async context => ({
    path: context.settings.path,
    fileExists: context.settings.fileExists,
    secrets: keysOf(SECRETS).map(name => ({
      name,
      origin: context.secretOrigin(name) ?? 'not set',
    })),
  }),
  render: result =>
    document(
      line`${state('valid', 'good')}  ${result.fileExists ? result.path : `defaults and environment (no file ${result.path})`}`,
      result.secrets.map(secret => `${secret.name}: ${secret.origin}`),
      line`that services accept the credentials is not proved here: echopilot doctor`,
    ),
})
