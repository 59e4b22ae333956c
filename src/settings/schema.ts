import { TASK_TYPES, type TaskType } from '../domain/task-type.ts'
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
 * Every setting there is: its place in the file, type, limits, default and meaning. The file, environment
 * variables, `config show`, `config init` and the README read this one table. Secrets are not settings.
 */
export const SECTIONS = {
  openai: {
    base_url: withDefault(
      urlField('any OpenAI-compatible endpoint, up to and with /v1'),
      'https://api.openai.com/v1',
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 3600), 300),
    service_tier: withDefault(
      choiceField(
        ['default', 'auto', 'flex', 'priority'],
        'price and speed of calls; flex is half price and slower, auto is what the project is set to',
      ),
      'default',
    ),
  },
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
  notion: {
    base_url: withDefault(urlField('only for a sandbox or a proxy'), 'https://api.notion.com'),
    parent_page: withDefault(textField('page under which init makes the databases: id or address'), ''),
    requests_per_second: withDefault(
      numberField('rate that all processes of this store share; Notion allows 3 on average', 0.1, 1000),
      2.5,
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 30),
  },
  work: {
    concurrency: withDefault(wholeNumberField('runs worked on at once by one process', 1, 64), 4),
  },
} as const

/** Settings that stand at the top of the file, in no section. */
export const TOP = {
  allow_http_hosts: withDefault(
    listField('hosts that may be reached by plain http, besides this machine'),
    [],
  ),
} as const

/** What one type of task does differently. */
export const TYPE_FIELDS = {
  model: optional(nonEmptyTextField('does the work')),
  temperature: optional(numberField('left out where the model refuses one', 0, 2)),
  max_output_tokens: optional(wholeNumberField('longest answer', 16, 1_000_000)),
  qa_target: optional(numberField('score that passes', 1, 100)),
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

/** The settings of a call of EchoPilot, validated, with every default filled in. */
export type Settings = ValuesOf<typeof TOP> & {
  readonly [Section in keyof typeof SECTIONS]: ValuesOf<(typeof SECTIONS)[Section]>
} & {
  readonly types: { readonly [Type in TaskType]?: ValuesOf<typeof TYPE_FIELDS> }
  readonly models: Readonly<Record<string, ValuesOf<typeof MODEL_FIELDS>>>
}

/** A single setting, as lists show it. */
export interface SettingLeaf {
  /** `openai.base_url`. */
  readonly key: string
  readonly env: string
  readonly meaning: string
  readonly kind: Field<unknown>['kind']
  /** Null where there is no value until one is set. */
  readonly fallback: Field<unknown>['fallback']
}

/** All single settings in the order of the file. Tables by name (`types`, `models`) are not among them. */
export function settingLeaves(): SettingLeaf[] {
  return [
    ...Object.entries(TOP).map(([key, field]) => leaf(key, field)),
    ...Object.entries(SECTIONS).flatMap(([section, fields]) =>
      Object.entries<Field<unknown>>(fields).map(([name, field]) => leaf(`${section}.${name}`, field)),
    ),
  ]
}

/** Keys that may stand in a table of the file, for "did you mean". */
export function knownKeys(path: readonly string[]): string[] {
  const [section] = path
  if (section === undefined) return [...Object.keys(TOP), ...Object.keys(SECTIONS), 'types', 'models']
  if (section === 'types') return path.length === 1 ? [...TASK_TYPES] : Object.keys(TYPE_FIELDS)
  if (section === 'models') return path.length === 1 ? [] : Object.keys(MODEL_FIELDS)
  const fields = Object.entries(SECTIONS).find(([name]) => name === section)?.[1]
  return fields === undefined ? [] : Object.keys(fields)
}

/** Variables that have a name outside EchoPilot, used by other programs too. */
const WELL_KNOWN_VARIABLES: Readonly<Record<string, string>> = {
  'openai.base_url': 'OPENAI_BASE_URL',
  'notion.base_url': 'NOTION_BASE_URL',
}

function leaf(key: string, { meaning, kind, fallback }: Field<unknown>): SettingLeaf {
  const env = WELL_KNOWN_VARIABLES[key] ?? `ECHOPILOT_${key.toUpperCase().replaceAll('.', '_')}`
  return { key, env, meaning, kind, fallback }
}
