import type { Fields } from '../kernel/field.ts'

/** What a secret of a service opens. */
export interface SecretFact {
  /** A few words, in lower case. */
  readonly meaning: string
  /** Opens the account that a store is bound to: once it is bound, the secret must not be missing (SPEC §4). */
  readonly opensAccount?: true
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
}

/** Declares a service; keeps the names of its settings and secrets in the type. */
export function defineService<
  const Name extends string,
  const Section extends Fields,
  const Secret extends string,
>(service: Service<Name, Section, Secret>): Service<Name, Section, Secret> {
  return service
}
