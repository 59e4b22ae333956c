import { line, type Part } from '../../kernel/document.ts'
import { countText } from '../../kernel/text.ts'
import type { Context } from '../../operations/define.ts'
import { otherAccounts } from '../../operations/other-account.ts'
import { lostCredentials } from '../../settings/bound.ts'

/** An account that the store let go of. */
export interface Released {
  readonly service: string
  readonly label: string
  /** Payment links that could still be paid there; in a dry run they are not counted. */
  readonly links: number
}

/**
 * Lets go of accounts for payments that the credentials do not open: the next contact binds those that they do. An
 * account whose credential is not set stays: nobody named another.
 */
export async function releaseOthers(
  context: Context<{ store: 'required'; services: 'optional' }>,
): Promise<Released[]> {
  const { store, services, dryRun } = context
  const accounts = await store.accounts.list()
  const named = accounts.filter(
    account => lostCredentials([account], name => context.secretOrigin(name)).length === 0,
  )
  const released: Released[] = []
  for (const { service, label } of await otherAccounts(context, services.ok ? services.value : [], named)) {
    released.push({ service, label, links: dryRun ? 0 : await store.accounts.release(service) })
  }
  return released
}

/** Says so, and what is left to do. */
export function releasedLines(released: readonly Released[], dryRun: boolean): Part {
  return released.map(({ service, label, links }) => {
    const did = dryRun ? 'would let go' : 'let go'
    const left = links === 0 ? '' : `; close ${countText(links, 'payment link')} there by hand`
    return line`${service}: ${did} of the account ${label}${left} (echopilot doctor binds the account of the key)`
  })
}
