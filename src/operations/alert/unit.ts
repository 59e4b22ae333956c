import { keysOf } from '../../domain/keys-of.ts'
import { document, next, state, words } from '../../kernel/document.ts'
import { AppError, defect } from '../../kernel/errors.ts'
import { nonEmptyTextField, optional, textField } from '../../kernel/field.ts'
import { hideEmails, type Redact } from '../../kernel/redaction.ts'
import { SECRETS } from '../../settings/secrets.ts'
import { tellOfUnit, type UnitAlert } from '../../pipeline/unit-alert.ts'
import { readSettings } from '../../settings/read.ts'
import { defineOperation, type Context } from '../define.ts'

export const alertUnit = defineOperation({
  path: ['alert', 'unit'],
  summary: 'Record that a unit of systemd failed, for OnFailure=; always ends well',
  examples: [
    {
      words: 'alert unit echopilot-poll.service --result exit-code --exit-code 74',
      does: 'as OnFailure= does, with $MONITOR_SERVICE_RESULT and the like',
    },
  ],
  input: {
    name: nonEmptyTextField('the unit, such as echopilot-poll.service'),
    result: optional(textField("systemd's word for how it failed")),
    exitCode: optional(textField('its exit code, or the signal that ended it')),
    lines: optional(textField('the last lines of its log; - for standard input')),
  },
  positionals: ['name'],
  readFrom: { into: 'lines', flag: 'linesFile', meaning: 'file with those lines', what: 'the log' },
  needs: { settings: 'optional', store: 'optional', alertChannels: 'optional', outbox: 'optional' },
  access: 'write',
  // The store may be what is wrong.
  isUnrecorded: true,
  scope: 'operate',
  run: async (context, input) => {
    const failure = {
      unit: input.name,
      result: given(input.result),
      exitCode: given(input.exitCode),
      lines: keptLines(input.lines, withoutAnySecret(context)),
    }
    const planned: UnitAlert = { recorded: false, told: 'nobody', error: null }
    const done = context.dryRun ? planned : await tellOfUnit(await partsOf(context), failure)
    return { dryRun: context.dryRun, ...failure, ...done }
  },
  render: ({ dryRun, unit, recorded, told, error }) =>
    dryRun
      ? document(`would be recorded: ${unit} failed`)
      : document(
          {
            kind: 'line',
            text: words`${recorded ? 'recorded' : state('not recorded', 'bad')}: ${unit} failed; ${TOLD[told]}`,
          },
          error,
          next(recorded ? 'echopilot alert list' : 'echopilot doctor'),
        ),
})

const TOLD = {
  'left to operate': 'operate looks after it',
  alert: 'it is an alert',
  'at once': 'people were told at once',
  nobody: 'nobody could be told',
} as const satisfies Record<UnitAlert['told'], string>

/** systemd leaves variables empty that it has no value for. */
function given(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text
}

/** Takes out those of all services: what failed may have logged one that this call does not need. */
function withoutAnySecret(context: UnitContext): Redact {
  for (const name of keysOf(SECRETS)) {
    try {
      context.secretOrigin(name)
    } catch (error) {
      // One that cannot be read is known to nobody here.
      if (!(error instanceof AppError)) throw error
    }
  }
  return context.redact
}

/** More tells no more, and the whole log is in the journal. */
const KEPT = 4000

function keptLines(lines: string | undefined, redact: Redact): string | null {
  const text = given(lines)
  return text === null ? null : hideEmails(redact(text)).slice(-KEPT)
}

type UnitContext = Context<{
  settings: 'optional'
  store: 'optional'
  alertChannels: 'optional'
  outbox: 'optional'
}>

/** All that can be opened. */
async function partsOf(context: UnitContext): Promise<Parameters<typeof tellOfUnit>[0]> {
  const { settings, alertChannels, outbox } = context
  const nothing = { ready: [], failed: [] }
  return {
    ...context,
    settings: settings.ok ? settings.value.settings : defaults(),
    channels: alertChannels.ok ? await alertChannels.value.open(context) : nothing,
    deliverers: outbox.ok ? outbox.value.deliverers(context) : async () => nothing,
  }
}

function defaults() {
  const read = readSettings({})
  if (!read.ok) throw defect('the defaults of the settings are none')
  return read.settings
}
