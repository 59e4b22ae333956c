import type { Models } from '../../roles/model.ts'
import type { World } from '../../kernel/world.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { openAiModel } from './client.ts'

/** What the integration reads of the settings. */
export interface OpenAiSettings {
  readonly openai: {
    readonly base_url: string
    readonly timeout_seconds: number
    readonly service_tier: 'default' | 'auto' | 'flex' | 'priority'
  }
  readonly judge: { readonly base_url?: string | undefined }
}

/** Keys as they were found; null where there is none. */
export interface OpenAiKeys {
  readonly OPENAI_API_KEY: string | null
  readonly JUDGE_API_KEY: string | null
}

/** The only service that never works without a key; a server on the LAN may want none (SPEC §4). */
const KEY_REQUIRED_AT = 'api.openai.com'

/** Names of the keys without which nothing can work, for the settings as they are. */
export function missingKeys(settings: OpenAiSettings, keys: OpenAiKeys): (keyof OpenAiKeys)[] {
  const lacks = (url: string, key: string | null): boolean => key === null && hostOf(url) === KEY_REQUIRED_AT
  const judgeUrl = settings.judge.base_url
  const ofJudge = judgeUrl !== undefined && lacks(judgeUrl, keyOfJudge(settings, keys))
  return [
    ...(lacks(settings.openai.base_url, keys.OPENAI_API_KEY) ? (['OPENAI_API_KEY'] as const) : []),
    ...(ofJudge ? (['JUDGE_API_KEY'] as const) : []),
  ]
}

/** Opens the service. @throws AppError `config` naming every key without which nothing can work */
export async function openModels(
  environment: ServiceEnvironment<OpenAiSettings['openai'], keyof OpenAiKeys>,
): Promise<OpenService> {
  const { own, core, secret, missing, world } = environment
  const keys = { OPENAI_API_KEY: secret('OPENAI_API_KEY'), JUDGE_API_KEY: secret('JUDGE_API_KEY') }
  const settings = { openai: own, judge: core.judge }
  const lacking = missingKeys(settings, keys)
  if (lacking.length > 0) throw missing(lacking)
  return { roles: { models: connectModels(settings, keys, world) } }
}

/** Connects both; nothing is sent and no SDK loaded until the first call. */
export function connectModels(
  settings: OpenAiSettings,
  keys: OpenAiKeys,
  world: Pick<World, 'fetch'>,
): Models {
  const common = {
    timeoutMs: settings.openai.timeout_seconds * 1000,
    serviceTier: settings.openai.service_tier,
    fetch: world.fetch,
  }
  const generator = openAiModel({ ...common, baseUrl: settings.openai.base_url, apiKey: keys.OPENAI_API_KEY })
  const judgeUrl = settings.judge.base_url ?? settings.openai.base_url
  const judgeKey = keyOfJudge(settings, keys)
  const shared = judgeUrl === settings.openai.base_url && judgeKey === keys.OPENAI_API_KEY
  return {
    generator,
    judge: shared ? generator : openAiModel({ ...common, baseUrl: judgeUrl, apiKey: judgeKey }),
  }
}

/** A key is never sent to a service it was not given for. */
function keyOfJudge(settings: OpenAiSettings, keys: OpenAiKeys): string | null {
  const elsewhere =
    settings.judge.base_url !== undefined &&
    hostOf(settings.judge.base_url) !== hostOf(settings.openai.base_url)
  return keys.JUDGE_API_KEY ?? (elsewhere ? null : keys.OPENAI_API_KEY)
}

function hostOf(url: string): string {
  return new URL(url).host
}
