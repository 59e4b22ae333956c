import { BILLINGS } from '../../domain/billing.ts'
import { emailOf, TAX_CATEGORIES, type ClientChanges } from '../../domain/client.ts'
import { readCurrency, readNanoUsd } from '../../domain/money.ts'
import { document, id, line, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { choiceField, optional, textField, wholeNumberField } from '../../kernel/field.ts'
import { nameOf } from '../../kernel/unseen.ts'
import { knownClient } from '../../pipeline/clients.ts'
import { defineOperation, type Context } from '../define.ts'
import { clientField, clientsAt } from '../money-input.ts'

/** Texts that may be emptied. */
const FREE = {
  language: optional(textField('of its invoices, as en or de')),
  country: optional(textField('where it is, as AT')),
  taxId: optional(textField('its tax number')),
  address: optional(textField('as it stands on an invoice')),
  notes: optional(textField('whatever else')),
} as const

const INPUT = {
  client: clientField,
  email: optional(
    textField('its address: tasks are matched by it', given =>
      given === '' || /^[^\s@]+@[^\s@]+$/.test(given.trim())
        ? null
        : 'an address such as ana@acme.example is wanted',
    ),
  ),
  currency: optional(
    textField('of its prices, as EUR', given =>
      given === '' || readCurrency(given) !== null
        ? null
        : 'an ISO currency such as USD, EUR or JPY is wanted',
    ),
  ),
  billing: optional(choiceField(BILLINGS, 'how it pays')),
  rate: optional(
    textField('USD for a minute of sound', given =>
      given === '' || readNanoUsd(given) !== null ? null : 'an amount of USD such as 1.25 is wanted',
    ),
  ),
  tax: optional(choiceField(TAX_CATEGORIES, 'how its work is taxed')),
  paymentDays: optional(wholeNumberField('days from an invoice to its payment', 0, 365)),
  active: optional(choiceField(['yes', 'no'], 'whether work for it goes on')),
  ...FREE,
} as const

export const clientSet = defineOperation({
  path: ['client', 'set'],
  summary: 'Change a client, here and in its row of Notion; without Notion, also make one',
  examples: [
    { words: 'client set Acme --currency EUR --billing invoice', does: 'what is not named stays as it is' },
    { words: 'client set Acme --tax-id ""', does: 'empties it' },
  ],
  input: INPUT,
  positionals: ['client'],
  needs: { store: 'required', taskSource: 'optional' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const known = await knownClient(context.store, input.client)
    const changes = changesIn(input)
    if (known === null) {
      const name = nameOf(input.client)
      await mayBeMade(context, name)
      const made = context.dryRun ? null : await context.store.clients.add(name, changes, context.actor)
      return { dryRun: context.dryRun, did: 'made' as const, clientId: made, name, changes, inNotion: false }
    }
    if (!context.dryRun) await context.store.clients.set(known.id, changes, context.actor)
    const { id: clientId, name, pageId } = known
    return {
      dryRun: context.dryRun,
      did: 'changed' as const,
      clientId,
      name,
      changes,
      inNotion: pageId !== null,
    }
  },
  render: ({ dryRun, did, clientId, name, changes, inNotion }) => {
    const what = Object.keys(changes).length === 0 ? 'nothing named' : Object.keys(changes).join(', ')
    return document(
      clientId === null || dryRun
        ? `would be ${did}: ${name} (${what})`
        : line`${id(clientId)}  ${did}: ${name} (${what})`,
      inNotion && !dryRun ? next('echopilot deliver') : null,
    )
  },
})

type Given = { readonly [Name in keyof typeof INPUT]: ReturnType<(typeof INPUT)[Name]['read']> }

/** What was named; an empty text empties it. */
function changesIn(input: Given): ClientChanges {
  const {
    email,
    currency,
    billing,
    rate,
    tax,
    paymentDays,
    active,
    language,
    country,
    taxId,
    address,
    notes,
  } = input
  const free = { language, country, taxId, address, notes }
  return {
    ...(email !== undefined && { email: emailOf(email) }),
    ...(currency !== undefined && { currency: readCurrency(currency) }),
    ...(billing !== undefined && { billing }),
    ...(rate !== undefined && { rateNano: readNanoUsd(rate) }),
    ...(tax !== undefined && { taxCategory: tax }),
    ...(paymentDays !== undefined && { paymentDays }),
    ...(active !== undefined && { active: active === 'yes' }),
    ...Object.fromEntries(
      Object.entries(free).flatMap(([key, text]) => (text === undefined ? [] : [[key, text.trim() || null]])),
    ),
  }
}

/**
 * Where clients stand in Notion, they are made there.
 * @throws AppError `missing`, or `usage` for what is no name
 */
async function mayBeMade(
  context: Context<{ store: 'required'; taskSource: 'optional' }>,
  name: string,
): Promise<void> {
  if (name === '') throw new AppError('usage', 'the name of the client is empty', 'echopilot client list')
  if (/^client_[0-9a-z]+$/.test(name))
    throw new AppError('missing', `there is no client ${name}`, 'echopilot client list')
  const at = await clientsAt(context)
  const isKept = at.kind === 'here' || (at.kind === 'board' && !(await hasClients(context)))
  if (isKept) return
  throw new AppError(
    'missing',
    `there is no client ${name}: clients are rows of the Clients database in Notion`,
    'add its row there, then echopilot client list',
  )
}

async function hasClients({ store }: Context<{ store: 'required' }>): Promise<boolean> {
  return (await store.notion.databases()).some(({ key }) => key === 'clients')
}
