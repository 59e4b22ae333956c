import type { Attempted } from '../kernel/operation.ts'
import type { Redact } from '../kernel/redaction.ts'
import type { AnyOperation, Connections, Jobs } from '../operations/define.ts'
import { attempted, type Parts } from './parts.ts'

/** Some of the connections, each as it is needed: itself, or the attempt where it is optional. */
type Filled<Names extends keyof Connections> = {
  readonly [Name in Names]?: Connections[Name] | Attempted<Connections[Name]>
}

/** Fills in what the operation declared that it needs; why an optional part is not there is told without secrets. */
export async function connect(
  { needs }: AnyOperation,
  parts: Parts,
  { actor, redact, jobs }: { readonly actor: string; readonly redact: Redact; readonly jobs: Jobs },
): Promise<Filled<keyof Connections>> {
  return {
    ...(await fill('settings', needs['settings'], parts.settings, redact)),
    ...(await fill('store', needs['store'], () => parts.store(actor), redact)),
    ...(await fill('models', needs['models'], parts.models, redact)),
    ...(await fill('taskSource', needs['taskSource'], parts.taskSource, redact)),
    ...(await fill('payments', needs['payments'], parts.payments, redact)),
    ...(await fill('mailers', needs['mailers'], parts.mailers, redact)),
    ...(await fill('outbox', needs['outbox'], () => parts.outbox(redact), redact)),
    ...(await fill('alertChannels', needs['alertChannels'], () => parts.alertChannels(redact), redact)),
    ...(await fill('services', needs['services'], () => parts.services(redact), redact)),
    ...(await fill('jobs', needs['jobs'], () => Promise.resolve(jobs), redact)),
  }
}

async function fill<Name extends keyof Connections>(
  name: Name,
  need: 'required' | 'optional' | undefined,
  make: () => Promise<Connections[Name]>,
  redact: Redact,
): Promise<Filled<Name>> {
  if (need === undefined) return {}
  const value = need === 'required' ? await make() : await attempted(make, redact)
  // TypeScript does not narrow a computed key to the one name it holds.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { [name]: value } as Filled<Name>
}
