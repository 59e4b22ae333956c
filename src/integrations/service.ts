import type { EffectKind } from '../domain/effect-kind.ts'
import type { Filing } from '../domain/filed.ts'
import type { Fields, ValuesOf } from '../kernel/field.ts'
import type { FlatInput } from '../kernel/input.ts'
import type { Example } from '../kernel/operation.ts'
import type { World } from '../kernel/world.ts'
import type { Deliverer } from '../outbox/deliverer.ts'
import type { AlertChannel } from '../roles/alert-channel.ts'
import type { ChatBot } from '../roles/chat-bot.ts'
import type { FileStores } from '../roles/file-store.ts'
import type { JobWatch } from '../roles/job-watch.ts'
import type { Mailers } from '../roles/mailer.ts'
import type { Models } from '../roles/model.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { SignIn } from '../roles/sign-in.ts'
import type { ServiceCall, TaskSource } from '../roles/task-source.ts'
import type { WebhookReader } from '../roles/webhook-reader.ts'
import type { Store } from '../store/index.ts'
import type { NewProof } from '../store/proofs.ts'

/** What a secret of a service opens. */
export interface SecretFact {
  /** A few words, in lower case. */
  readonly meaning: string
  /** Opens the account that a store is bound to: once it is bound, the secret must not be missing (SPEC §4). */
  readonly opensAccount?: true
}

/** The parts that services play for the core: each by one of those that are set up, but payments by any number. */
export interface Roles {
  readonly models: Models
  /** Null where it has no credential: then there is only the local queue. */
  readonly taskSource: TaskSource | null
  readonly jobWatch: JobWatch
  /** The first of the list that is set up; a folder of this machine always is. */
  readonly mailer: Mailers
  /** Named by the setting `files.to`. */
  readonly fileStore: FileStores
  /** Null where it has no credential: then nothing is paid by links. */
  readonly paymentProvider: Payments | null
}

/**
 * One outside service as the rest of the program knows it: data, and functions that load the code behind them when
 * they are called. Each service declares one in its folder; {@link file://./index.ts} is the list of them.
 */
export interface Service<
  Name extends string = string,
  Section extends Fields = Fields,
  Secret extends string = string,
> {
  /** Its folder, its section of the settings, and what accounts and effects are booked under. */
  readonly name: Name
  readonly settings: Section
  /** Settings whose environment variable has a name that other programs use too. */
  readonly variables: { readonly [Setting in keyof Section]?: string }
  /** Its secrets by the environment variable of each. */
  readonly secrets: Readonly<Record<Secret, SecretFact>>
  readonly plays: readonly (keyof Roles)[]
  /** The kinds of effects that it delivers. */
  readonly effects: readonly EffectKind[]
  /** It tells of events by webhooks, at `/webhook/<name>`. */
  readonly sendsWebhooks?: true
  /** What `init` may be told to set it up; left out where there is nothing to set up. */
  readonly setUp?: { readonly input: FlatInput; readonly examples: readonly Example[] }
  /** Ids of things there that a text names, such as the address of a page; the most specific first. */
  readonly idsIn?: (text: string) => readonly string[]
  /** Where a person sees a page of it. */
  readonly pageAddress?: (baseUrl: string, pageId: string) => string
  /**
   * Connects; nothing is sent and no SDK loaded until something is asked for.
   * @throws AppError `config` where a credential is missing without which nothing works
   */
  open(environment: ServiceEnvironment<ValuesOf<Section>, Secret>): Promise<OpenService>
}

/** What a service is opened with. `Own` are the values of its section of the settings. */
export interface ServiceEnvironment<Own, Secret extends string> {
  readonly world: Pick<World, 'fetch' | 'clock' | 'random' | 'files'>
  readonly own: Own
  /** What a service reads of the core's settings. */
  readonly core: {
    readonly judge: { readonly base_url?: string | undefined }
    readonly allow_http_hosts: readonly string[]
    readonly mail: { readonly from?: string | undefined }
    readonly files: { readonly to: Filing }
  }
  /** Where the store lies. */
  readonly stateDir: string
  /** The value; null where it is not set. @throws AppError `config` where the place of it cannot be used */
  secret(this: void, name: Secret): string | null
  /** The error that names each of these secrets and where it can be put. */
  missing(this: void, names: readonly Secret[]): Error
  /** As this actor changes it, that of a call; the process where none is given. Opened when it is first asked for. */
  store(this: void, actor?: string): Promise<Store>
}

/** A service that is connected. */
export interface OpenService {
  readonly roles: Partial<Roles>
  /**
   * What delivers its effects in one call; null where nothing is set up that could be written to.
   * @throws AppError `config`, ServiceFailure as {@link TaskSource.board}
   */
  deliverer?(call: ServiceCall): Promise<Deliverer | null>
  /** It tells people of alerts; left out where it does not, or nothing is set up. */
  alertChannel?(call: ServiceCall): AlertChannel
  /** People write to it; left out where they do not, or nothing is set up. */
  readonly chat?: ChatBot
  /** Tells what its webhooks are; left out or null where nothing is set up that they could be judged by. */
  readonly webhooks?: WebhookReader | null
  /** How a person signs in to it; left out where nobody does, or nothing is set up that could be signed in to. */
  readonly signIn?: SignIn
  /** Proofs for `doctor`, besides those that every service of its role has. */
  proofs?(call: ServiceCall): Promise<readonly NewProof[]>
}

/** Declares a service; keeps the names of its settings and secrets in the type. */
export function defineService<
  const Name extends string,
  const Section extends Fields,
  const Secret extends string,
>(service: Service<Name, Section, Secret>): Service<Name, Section, Secret> {
  return service
}
