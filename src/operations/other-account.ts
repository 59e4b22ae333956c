import { SERVICES } from '../integrations/index.ts'
import type { OpenService, Service } from '../integrations/service.ts'
import { AppError } from '../kernel/errors.ts'
import { ServiceFailure } from '../kernel/service-failure.ts'
import type { ServiceCall } from '../roles/task-source.ts'
import type { Account } from '../store/accounts.ts'
import type { ServiceAttempt } from './define.ts'

/** A service for payments whose credential opens another account than that of the store, or one of the other mode. */
export interface OtherAccount {
  readonly service: string
  /** The account that the store belongs to. */
  readonly label: string
  /** What is wrong, for people. */
  readonly why: string
}

/** The services for payments whose credentials do not open what the store belongs to. */
export async function otherAccounts(
  call: ServiceCall,
  services: readonly ServiceAttempt[],
  accounts: readonly Account[],
): Promise<OtherAccount[]> {
  const others: OtherAccount[] = []
  for (const { name, opened } of services.filter(takesPayments)) {
    const account = accounts.find(({ service }) => service === name)
    const error = opened.ok ? await refusalOf(opened.value, call) : opened.error
    if (account === undefined || error?.kind !== 'config') continue
    others.push({ service: name, label: account.label, why: error.message })
  }
  return others
}

function takesPayments({ name }: ServiceAttempt): boolean {
  return SERVICES.some(
    (service: Service) => service.name === name && service.plays.includes('paymentProvider'),
  )
}

async function refusalOf({ roles }: OpenService, call: ServiceCall): Promise<AppError | null> {
  try {
    await roles.paymentProvider?.provider(call)
    return null
  } catch (error) {
    if (error instanceof AppError) return error
    // It does not tell: its proof says so.
    if (error instanceof ServiceFailure) return null
    throw error
  }
}
