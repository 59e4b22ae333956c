import { join } from 'node:path'
import type { Notion } from './integrations/notion/client.ts'
import type { Models, OpenAiKeys } from './integrations/openai/index.ts'
import { AppError, asAppError, rewritten } from './kernel/errors.ts'
import { invoke, type Invoked, type Recorder } from './kernel/invoke.ts'
import { createLog, type Log, type LogFormat, type LogLevel } from './kernel/log.ts'
import type { Attempted } from './kernel/operation.ts'
import { redactor, type Redact } from './kernel/redaction.ts'
import type { World } from './kernel/world.ts'
import type { AnyContext, AnyOperation, Connections } from './operations/define.ts'
import type { LoadedSettings } from './settings/load.ts'
import { configPath, stateDir } from './settings/paths.ts'
import { readSecret, SECRETS, secretFile, type FoundSecret, type SecretName } from './settings/secrets.ts'
import type { Store } from './store/index.ts'

/** What one call of the program was told, before anything is opened. */
export interface SessionOptions {
  readonly world: World
  readonly program: { readonly version: string; readonly commit: string }
  readonly configFlag: string | null
  readonly stateDirFlag: string | null
  readonly actor: string
  readonly stop: AbortSignal
  readonly progress: (line: string) => void
  readonly readInput: () => Promise<string>
  readonly log: {
    readonly write: (line: string) => void
    readonly format: LogFormat
    readonly least: LogLevel
  }
  /** Lets a test put itself between the program and its store. */
  readonly wrapStore?: (store: Store) => Store
}

/**
 * The parts of one call of the program: each is opened when an operation first needs it, once, and closed
 * at the end. Surfaces and commands reach operations only through here.
 */
export interface Session {
  /** @throws AppError without secrets */
  run(
    operation: AnyOperation,
    input: Readonly<Record<string, unknown>>,
    options: { readonly dryRun: boolean },
  ): Promise<Invoked>
  /** Takes the secrets that were read out of a text. */
  readonly redact: Redact
  readonly log: Log
  close(): void
}

/** Opens nothing yet: every part waits until it is needed. Close it when the last operation has ended. */
export function openSession(options: SessionOptions): Session {
  const secrets = secretKeeper(options)
  const redact: Redact = text => redactor(secrets.values())(text)
  const parts = connections(options, secrets)
  const log = createLog({
    ...options.log,
    now: () => options.world.clock.now(),
    redact,
    fixed: { commit: options.program.commit },
  })
  const run: Session['run'] = async (operation, input, { dryRun }) => {
    const needed = await connect(operation, parts)
    const context: AnyContext = {
      ...needed,
      world: options.world,
      log,
      actor: options.actor,
      dryRun,
      stop: options.stop,
      program: options.program,
      configFlag: options.configFlag,
      progress: line => options.progress(redact(line)),
      readInput: options.readInput,
      secretOrigin: name => secrets.find(name)?.origin ?? null,
    }
    const store =
      needed.store === undefined || !('ok' in needed.store) ? needed.store : optional(needed.store)
    const recorder = store === undefined ? null : withoutSecrets(store.records, redact)
    return invoke(operation, input, { actor: options.actor, dryRun, recorder, context })
  }
  return {
    redact,
    log,
    run: async (operation, ...call) => {
      const heard = operation.effect === 'read' ? () => {} : tellOfStop(options.stop, log)
      try {
        return await run(operation, ...call)
      } catch (error) {
        throw rewritten(asAppError(error), redact)
      } finally {
        heard()
      }
    },
    close: () => parts.close(),
  }
}

/**
 * Says that the wish to stop was heard, for what is in hand may take minutes. Returns how to say no more.
 */
function tellOfStop(stop: AbortSignal, log: Log): () => void {
  const tell = (): void => log.warn('told to stop: finishing what is in hand; a second signal ends at once')
  stop.addEventListener('abort', tell, { once: true })
  return () => stop.removeEventListener('abort', tell)
}

/** What went wrong is kept in the store as well, where no secret may stand. */
function withoutSecrets(records: Recorder, redact: Redact): Recorder {
  return {
    begin: (operation, actor) => records.begin(operation, actor),
    end: (id, outcome, message) => records.end(id, outcome, message === null ? null : redact(message)),
  }
}

function optional<T>(attempt: Attempted<T>): T | undefined {
  return attempt.ok ? attempt.value : undefined
}

/** Fills in what the operation declared that it needs. */
async function connect(operation: AnyOperation, parts: Parts): Promise<Filled<keyof Connections>> {
  const { needs } = operation
  return {
    ...(await fill('settings', needs['settings'], parts.settings)),
    ...(await fill('store', needs['store'], parts.store)),
    ...(await fill('models', needs['models'], parts.models)),
    ...(await fill('notion', needs['notion'], parts.notion)),
  }
}

type Filled<Names extends keyof Connections> = {
  readonly [Name in Names]?: Connections[Name] | Attempted<Connections[Name]>
}

async function fill<Name extends keyof Connections>(
  name: Name,
  need: 'required' | 'optional' | undefined,
  make: () => Promise<Connections[Name]>,
): Promise<Filled<Name>> {
  if (need === undefined) return {}
  const value = need === 'required' ? await make() : await attempted(make)
  // TypeScript does not narrow a computed key to the one name it holds.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { [name]: value } as Filled<Name>
}

async function attempted<T>(make: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { ok: true, value: await make() }
  } catch (error) {
    return { ok: false, error: asAppError(error) }
  }
}

interface Parts {
  readonly settings: () => Promise<LoadedSettings>
  readonly store: () => Promise<Store>
  readonly models: () => Promise<Models>
  readonly notion: () => Promise<Notion | null>
  readonly close: () => void
}

/** Each part is loaded, with the code it is made of, when something first needs it. */
function connections(options: SessionOptions, secrets: SecretKeeper): Parts {
  let opened: Store | null = null
  const parts: Parts = {
    settings: once(async () => {
      const { loadSettings } = await import('./settings/load.ts')
      return loadSettings(options.world, options.configFlag)
    }),
    store: once(async () => (opened = await openIn(options))),
    models: once(() => modelsFor(options, parts, secrets)),
    notion: once(() => notionFor(options, parts, secrets)),
    close: () => opened?.close(),
  }
  return parts
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
}

async function openIn(options: SessionOptions): Promise<Store> {
  const { openStore } = await import('./store/index.ts')
  const store = openStore({
    path: join(stateDir(options.world, options.stateDirFlag).path, 'echopilot.db'),
    world: options.world,
    commit: options.program.commit,
    programVersion: options.program.version,
  })
  return options.wrapStore?.(store) ?? store
}

async function modelsFor(options: SessionOptions, parts: Parts, secrets: SecretKeeper): Promise<Models> {
  const { connectModels, missingKeys } = await import('./integrations/openai/index.ts')
  const keys: OpenAiKeys = {
    OPENAI_API_KEY: secrets.find('OPENAI_API_KEY')?.value ?? null,
    JUDGE_API_KEY: secrets.find('JUDGE_API_KEY')?.value ?? null,
  }
  const { settings, path } = await parts.settings()
  const missing = missingKeys(settings, keys)
  if (missing.length > 0) throw missingCredentials(missing, path)
  return connectModels(settings, keys, options.world)
}

async function notionFor(
  options: SessionOptions,
  parts: Parts,
  secrets: SecretKeeper,
): Promise<Notion | null> {
  const token = secrets.find('NOTION_TOKEN')?.value ?? null
  if (token === null) return null
  const { connectNotion } = await import('./integrations/notion/index.ts')
  const { settings } = await parts.settings()
  const store = await parts.store()
  return connectNotion(settings.notion, token, options.world, (count, perSecond) =>
    store.rates.take('notion', count, perSecond),
  )
}

/** Names all of them at once, and where each can be put. */
function missingCredentials(missing: readonly SecretName[], configFile: string): AppError {
  const lines = missing.map(
    name =>
      `  ${name} (${SECRETS[name]}): set the variable ${name}, or ${name}_FILE, or write it to ${secretFile(configFile, name)} (mode 0600)`,
  )
  const count = missing.length === 1 ? 'a credential is' : `${missing.length} credentials are`
  return new AppError(
    'config',
    `${count} missing:\n${lines.join('\n')}`,
    'set it in one of these places, or try everything without an account: echopilot sandbox',
  )
}

interface SecretKeeper {
  find(name: SecretName): FoundSecret | null
  values(): string[]
}

/** Looks each secret up once and remembers it for redaction. */
function secretKeeper(options: SessionOptions): SecretKeeper {
  const found = new Map<SecretName, FoundSecret | null>()
  return {
    find: name => {
      const known = found.get(name)
      if (known !== undefined) return known
      const file = configPath(options.world, options.configFlag).path
      const secret = readSecret(options.world, file, name)
      found.set(name, secret)
      return secret
    },
    values: () => [...found.values()].flatMap(secret => (secret === null ? [] : [secret.value])),
  }
}
