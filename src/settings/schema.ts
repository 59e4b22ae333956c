import * as z from 'zod'
import { TASK_TYPES } from '../domain/task-type.ts'

/**
 * Every setting there is: its place in the file, type, limits, default and meaning. The file, environment
 * variables, `config show`, `config init` and the README read this one table. Secrets are not settings.
 */

/** A leaf with a default and a one-line meaning. `env` names the variable where it is not the derived one. */
function setting<T extends z.ZodType>(type: T, meaning: string, env?: string): T {
  return type.meta({ description: meaning, ...(env === undefined ? {} : { env }) })
}

const url = z.url({ protocol: /^https?$/ })
const usd = z.number().nonnegative()

const openai = z.strictObject({
  base_url: setting(
    url.default('https://api.openai.com/v1'),
    'any OpenAI-compatible endpoint, up to and with /v1',
    'OPENAI_BASE_URL',
  ),
  timeout_seconds: setting(z.number().min(1).max(3600).default(300), 'longest wait for one answer'),
  service_tier: setting(
    z.enum(['default', 'auto', 'flex', 'priority']).default('default'),
    'asked for where it is not "default"; flex is half price and slower',
  ),
})

const generate = z.strictObject({
  model: setting(z.string().min(1).default('gpt-4o'), 'does the work'),
  temperature: setting(z.number().min(0).max(2).default(0.7), 'left out where the model refuses one'),
  max_output_tokens: setting(z.int().min(16).max(1_000_000).default(4096), 'longest answer'),
})

const judge = z.strictObject({
  model: setting(z.string().min(1).default('gpt-4o-mini'), 'judges the work'),
  base_url: setting(url.optional(), "the judge's own endpoint; openai.base_url where it is not set"),
  temperature: setting(z.number().min(0).max(2).default(0.2), 'left out where the model refuses one'),
  max_output_tokens: setting(z.int().min(256).max(100_000).default(2048), 'longest verdict'),
})

const qa = z.strictObject({
  threshold: setting(
    z.number().min(1).max(100).default(80),
    'score that passes, unless the task or type says',
  ),
  band: setting(z.number().min(0).max(20).default(2), 'a first score this near is judged a second time'),
  revisions: setting(z.int().min(0).max(5).default(1), 'automatic revisions before a person is asked'),
  min_characters: setting(z.int().min(0).default(80), 'shorter results fail without being judged'),
  banned_terms: setting(z.array(z.string().min(1)).default([]), 'words that must not be in a result'),
  language: setting(z.string().default(''), 'language results must be in (en, de, …); empty: any'),
})

const budget = z.strictObject({
  task_usd: setting(usd.default(2), 'most AI cost of one task, all its runs together; 0: no cap'),
  client_month_usd: setting(usd.default(0), 'most AI cost of one client in a month; 0: no cap'),
  day_usd: setting(usd.default(20), 'most AI cost of a day (UTC); 0: no cap'),
  month_usd: setting(usd.default(200), 'most AI cost of a month (UTC); 0: no cap'),
  runs_per_task_hour: setting(z.int().min(1).default(6), 'more runs of one task in an hour are held'),
})

const notion = z.strictObject({
  base_url: setting(
    url.default('https://api.notion.com'),
    'only for a sandbox or a proxy',
    'NOTION_BASE_URL',
  ),
  parent_page: setting(z.string().default(''), 'page under which init makes the databases: id or address'),
  requests_per_second: setting(
    z.number().min(0.1).max(1000).default(2.5),
    'rate that all processes of this store share; Notion allows 3 on average',
  ),
  timeout_seconds: setting(z.number().min(1).max(600).default(30), 'longest wait for one answer'),
})

const work = z.strictObject({
  concurrency: setting(z.int().min(1).max(64).default(4), 'runs worked on at once by one process'),
})

/** What one type of task does differently. */
const typeSettings = z.strictObject({
  model: z.string().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  max_output_tokens: z.int().min(16).max(1_000_000).optional(),
  qa_target: z.number().min(1).max(100).optional(),
  instructions: z.string().optional(),
  language: z.string().optional(),
  min_characters: z.int().min(0).optional(),
})

/** What is to be known of a model that the shipped catalog does not know, or knows wrongly. USD per million tokens. */
const modelSettings = z.strictObject({
  free: z.boolean().optional(),
  input_usd: usd.optional(),
  cached_input_usd: usd.optional(),
  cache_write_usd: usd.optional(),
  output_usd: usd.optional(),
  audio_minute_usd: usd.optional(),
  context_tokens: z.int().min(256).optional(),
  max_output_tokens: z.int().min(16).optional(),
  successor: z.string().optional(),
})

/** Sections of single settings: what `config show` lists and the environment can set. */
const SECTIONS = { openai, generate, judge, qa, budget, notion, work } as const

/** The configuration file, whole. Unknown keys are errors. */
export const SettingsSchema = z.strictObject({
  allow_http_hosts: setting(
    z.array(z.string()).default([]),
    'hosts that may be reached by plain http, besides this machine',
  ),
  openai: openai.prefault({}),
  generate: generate.prefault({}),
  judge: judge.prefault({}),
  qa: qa.prefault({}),
  budget: budget.prefault({}),
  notion: notion.prefault({}),
  work: work.prefault({}),
  types: z.partialRecord(z.enum(TASK_TYPES), typeSettings).default({}),
  models: z.record(z.string(), modelSettings).default({}),
})

/** The settings of a call of EchoPilot, validated, with every default filled in. */
export type Settings = z.infer<typeof SettingsSchema>

/** A single setting, as lists show it. */
export interface SettingLeaf {
  /** `openai.base_url`. */
  readonly key: string
  readonly env: string
  readonly meaning: string
  readonly kind: 'text' | 'number' | 'list' | 'flag'
  readonly fallback: unknown
}

/** All single settings in the order of the file. Tables by name (`types`, `models`) are not among them. */
export function settingLeaves(): SettingLeaf[] {
  const shape = SettingsSchema.shape
  return [
    leaf('allow_http_hosts', shape.allow_http_hosts),
    ...Object.entries(SECTIONS).flatMap(([section, object]) =>
      Object.entries<z.ZodType>(object.shape).map(([name, type]) => leaf(`${section}.${name}`, type)),
    ),
  ]
}

/** Keys that may stand in a table of the file, for "did you mean". */
export function knownKeys(path: readonly string[]): string[] {
  const [section] = path
  if (section === undefined) return Object.keys(SettingsSchema.shape)
  if (section === 'types') return path.length === 1 ? [...TASK_TYPES] : Object.keys(typeSettings.shape)
  if (section === 'models') return path.length === 1 ? [] : Object.keys(modelSettings.shape)
  const object = Object.entries(SECTIONS).find(([name]) => name === section)?.[1]
  return object === undefined ? [] : Object.keys(object.shape)
}

function leaf(key: string, type: z.ZodType): SettingLeaf {
  const meta = type.meta() ?? {}
  const parsed = type.safeParse(undefined)
  const fallback: unknown = parsed.success ? parsed.data : undefined
  return {
    key,
    env: typeof meta['env'] === 'string' ? meta['env'] : derivedEnv(key),
    meaning: meta.description ?? '',
    kind: kindOf(fallback),
    fallback,
  }
}

function derivedEnv(key: string): string {
  return `ECHOPILOT_${key.toUpperCase().replaceAll('.', '_')}`
}

function kindOf(fallback: unknown): SettingLeaf['kind'] {
  if (typeof fallback === 'number') return 'number'
  if (typeof fallback === 'boolean') return 'flag'
  return Array.isArray(fallback) ? 'list' : 'text'
}
