import { BILLINGS, readPrices, SENDINGS } from '../domain/billing.ts'
import { FILINGS } from '../domain/filed.ts'
import { readCorrespondent } from '../domain/mail.ts'
import { readCurrency, readMoney, readRate } from '../domain/money.ts'
import { SERVE_ADDRESS } from '../domain/serve-address.ts'
import { isTimezone, readQuietHours } from '../domain/quiet-hours.ts'
import { nodeNet } from '../kernel/node-modules.ts'
import type { TaskType } from '../domain/task-type.ts'
import {
  choiceField,
  flagField,
  listField,
  nonEmptyTextField,
  numberField,
  optional,
  textField,
  urlField,
  wholeNumberField,
  withDefault,
  type Field,
  type ValuesOf,
} from '../kernel/field.ts'

/** More would not be counted exactly in nano-dollars. */
const MOST_USD = 1_000_000

/**
 * The settings of the core: place in the file, type, limits, default and meaning. Those of a service stand in its own
 * folder; {@link file://./schema.ts} gathers both.
 */
export const CORE_SECTIONS = {
  generate: {
    model: withDefault(nonEmptyTextField('does the work'), 'gpt-4o'),
    temperature: withDefault(numberField('left out where the model refuses one', 0, 2), 0.7),
    max_output_tokens: withDefault(wholeNumberField('longest answer', 16, 1_000_000), 4096),
  },
  judge: {
    model: withDefault(nonEmptyTextField('judges the work'), 'gpt-4o-mini'),
    base_url: optional(urlField("the judge's own endpoint; openai.base_url where it is not set")),
    temperature: withDefault(numberField('left out where the model refuses one', 0, 2), 0.2),
    max_output_tokens: withDefault(wholeNumberField('longest verdict', 256, 100_000), 2048),
  },
  qa: {
    threshold: withDefault(numberField('score that passes, unless the task or type says', 1, 100), 80),
    band: withDefault(numberField('a first score this near is judged a second time', 0, 20), 2),
    revisions: withDefault(wholeNumberField('automatic revisions before a person is asked', 0, 5), 1),
    min_characters: withDefault(wholeNumberField('shorter results fail without being judged', 0), 80),
    banned_terms: withDefault(listField('words that must not be in a result'), []),
    language: withDefault(textField('language results must be in (en, de, …); empty: any'), ''),
  },
  budget: {
    task_usd: withDefault(
      numberField('most AI cost of one task, all its runs together; 0: no cap', 0, MOST_USD),
      2,
    ),
    client_month_usd: withDefault(
      numberField('most AI cost of one client in a month; 0: no cap', 0, MOST_USD),
      0,
    ),
    day_usd: withDefault(numberField('most AI cost of a day (UTC); 0: no cap', 0, MOST_USD), 20),
    month_usd: withDefault(numberField('most AI cost of a month (UTC); 0: no cap', 0, MOST_USD), 200),
    runs_per_task_hour: withDefault(wholeNumberField('more runs of one task in an hour are held', 1), 6),
  },
  billing: {
    currency: withDefault(
      textField('of the prices of clients that have none of their own', given =>
        readCurrency(given) === null ? 'an ISO currency such as USD, EUR or JPY is wanted' : null,
      ),
      'USD',
    ),
    method: withDefault(choiceField(BILLINGS, 'how clients pay that have none of their own'), 'link'),
    other_sales: flagField(
      'the accounts of Stripe and PayPal take money for other business too: it is left out of the books',
    ),
  },
  refunds: {
    most_each: withDefault(
      amountsField('a refund above this is made only where its amount is repeated (--above-ceiling)'),
      ['1000.00 USD', '1000.00 EUR', '1000.00 GBP'],
    ),
    most_a_day: withDefault(
      amountsField('the same for all refunds of a day (UTC); a currency that is not named has no ceiling'),
      ['5000.00 USD', '5000.00 EUR', '5000.00 GBP'],
    ),
  },
  fx: {
    rates: withDefault(
      listField('USD for one of a currency, from a day on, as "2026-11-01 EUR 1.0832"', given =>
        readRate(given) === null ? `a rate such as "2026-11-01 EUR 1.0832" is wanted, not "${given}"` : null,
      ),
      [],
    ),
  },
  alerts: {
    quiet_hours: withDefault(
      textField(
        'no warnings in these hours of timezone, as 22:00-07:00; what is critical is told; empty: none',
        given =>
          given === '' || readQuietHours(given) !== null
            ? null
            : 'hours such as 22:00-07:00 are wanted, or nothing',
      ),
      '',
    ),
    repeat_hours: withDefault(numberField('what is still wrong is told again after so long', 1, 720), 12),
    calm_minutes: withDefault(numberField('all must be good for so long until it is over', 1, 720), 15),
  },
  serve: {
    listen: withDefault(
      textField('address at which serve listens; under systemd its socket unit says', given =>
        isAddress(given) ? null : 'an address of this machine is wanted, such as 127.0.0.1 or ::1',
      ),
      SERVE_ADDRESS.host,
    ),
    port: withDefault(wholeNumberField('port of it', 0, 65_535), SERVE_ADDRESS.port),
    trusted_proxies: withDefault(
      listField('addresses of proxies whose X-Forwarded-For is believed', given =>
        isAddress(given) ? null : `the address of a proxy is wanted, such as 127.0.0.1, not "${given}"`,
      ),
      [],
    ),
  },
  mail: {
    send: withDefault(
      choiceField(SENDINGS, 'when results are mailed to their clients: by task send, or once they are Done'),
      'by-hand',
    ),
    from: optional(
      textField(
        'whom mails are from, as "Ana Muster <ana@example.com>"; the account of Gmail has its own',
        given =>
          readCorrespondent(given) === null
            ? 'an address such as Ana Muster <ana@example.com> is wanted'
            : null,
      ),
    ),
  },
  files: {
    to: withDefault(
      choiceField(FILINGS, 'where results are filed once they are Done, by client and month'),
      'nowhere',
    ),
  },
  reports: {
    to: withDefault(
      listField('whom reports are mailed to; whom mails are from if left out', given =>
        readCorrespondent(given) === null
          ? `an address such as Ana Muster <ana@example.com> is wanted, not "${given}"`
          : null,
      ),
      [],
    ),
    paper: withDefault(choiceField(['A4', 'Letter'], 'size of the pages of their PDF'), 'A4'),
  },
  work: {
    concurrency: withDefault(wholeNumberField('runs worked on at once by one process', 1, 64), 4),
  },
} as const

/** Amounts, one a currency. */
function amountsField(meaning: string): Field<readonly string[]> {
  return listField(meaning, given =>
    readMoney(given) === null ? `an amount such as "500.00 EUR" is wanted, not "${given}"` : null,
  )
}

/** Settings that stand at the top of the file, in no section. */
export const TOP = {
  allow_http_hosts: withDefault(
    listField('hosts that may be reached by plain http, besides this machine'),
    [],
  ),
  allow_dirty: flagField('timers also run a program whose changes are not committed'),
  timezone: withDefault(
    textField('where the operator lives, as Europe/Vienna; for quiet hours', given =>
      isTimezone(given) ? null : 'the name of a time zone is wanted, such as Europe/Vienna or UTC',
    ),
    'UTC',
  ),
} as const

/** What one type of task does differently. */
export const TYPE_FIELDS = {
  model: optional(nonEmptyTextField('does the work')),
  temperature: optional(numberField('left out where the model refuses one', 0, 2)),
  max_output_tokens: optional(wholeNumberField('longest answer', 16, 1_000_000)),
  qa_target: optional(numberField('score that passes', 1, 100)),
  price: optional(
    textField('what a result costs its client, as "49.00 EUR, 55 USD"', given =>
      readPrices(given) === null ? 'prices such as "49.00 EUR" or "49 EUR, 55 USD" are wanted' : null,
    ),
  ),
  instructions: optional(textField('told to the model')),
  language: optional(textField('language results must be in')),
  min_characters: optional(wholeNumberField('shorter results fail without being judged', 0)),
} as const

/** What is to be known of a model that the shipped catalog does not know, or knows wrongly. USD per million tokens. */
export const MODEL_FIELDS = {
  free: optional(flagField('costs nothing')),
  input_usd: optional(numberField('price of what it reads', 0, MOST_USD)),
  cached_input_usd: optional(numberField('price of what it has read before', 0, MOST_USD)),
  cache_write_usd: optional(numberField('price of remembering what it reads', 0, MOST_USD)),
  output_usd: optional(numberField('price of what it writes', 0, MOST_USD)),
  audio_minute_usd: optional(numberField('price of a minute of sound', 0, MOST_USD)),
  context_tokens: optional(wholeNumberField('what it takes in', 256)),
  max_output_tokens: optional(wholeNumberField('longest answer', 16)),
  successor: optional(textField('model that is used once this one is shut down')),
} as const

/** The settings of the core, validated, with every default filled in. */
export type CoreSettings = ValuesOf<typeof TOP> & {
  readonly [Section in keyof typeof CORE_SECTIONS]: ValuesOf<(typeof CORE_SECTIONS)[Section]>
} & {
  readonly types: { readonly [Type in TaskType]?: ValuesOf<typeof TYPE_FIELDS> }
  readonly models: Readonly<Record<string, ValuesOf<typeof MODEL_FIELDS>>>
}

function isAddress(text: string): boolean {
  return nodeNet().isIP(text) !== 0
}
