import { keysOf } from '../../../domain/keys-of.ts'
import { PRIORITIES } from '../../../domain/run-state.ts'
import { TASK_TYPES } from '../../../domain/task-type.ts'

/** The types of properties that EchoPilot reads and writes. */
export type PropertyType =
  'title' | 'rich_text' | 'checkbox' | 'select' | 'status' | 'number' | 'email' | 'url' | 'date' | 'relation'

/** Notion's colours of options. */
type OptionColor =
  'default' | 'gray' | 'brown' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'red'

/** What a property of a database must be. */
export interface PropertySpec {
  /** Its name when we create it; people may rename it. */
  readonly name: string
  /** Types that do; the first is the one we create. */
  readonly types: readonly [PropertyType, ...PropertyType[]]
  /** Without it there is no work; all others are left out where they are missing. */
  readonly required?: true
  /** Options in the order in which Notion shows them. */
  readonly options?: readonly { readonly name: string; readonly color: OptionColor }[]
  /** The database that a relation leads to. */
  readonly target?: DatabaseKey
}

/** A database that EchoPilot works with. */
interface DatabaseSpec {
  readonly title: string
  readonly properties: Readonly<Record<string, PropertySpec>>
}

/** The databases of SPEC §15. */
export type DatabaseKey = 'queue' | 'log' | 'jobLog' | 'clients' | 'status' | 'dsr'

const text = (name: string) => ({ name, types: ['rich_text'] }) as const satisfies PropertySpec
const number = (name: string) => ({ name, types: ['number'] }) as const satisfies PropertySpec
const date = (name: string) => ({ name, types: ['date'] }) as const satisfies PropertySpec
const email = (name: string) => ({ name, types: ['email'] }) as const satisfies PropertySpec
const title = (name: string) => ({ name, types: ['title'], required: true }) as const satisfies PropertySpec
const select = (name: string, options: Readonly<Record<string, OptionColor>>) =>
  ({ name, types: ['select'], options: optionsOf(options) }) as const satisfies PropertySpec

function optionsOf(colors: Readonly<Record<string, OptionColor>>): NonNullable<PropertySpec['options']> {
  return Object.entries(colors).map(([name, color]) => ({ name, color }))
}

const CLIENT = { name: 'Client', types: ['relation'], target: 'clients' } as const satisfies PropertySpec

const TASK_TYPE = select('Task Type', Object.fromEntries(TASK_TYPES.map(name => [name, 'default'])))

const PAYMENT_STATUS = select('Payment Status', {
  Unpriced: 'default',
  Unpaid: 'yellow',
  'On Invoice': 'blue',
  Paid: 'green',
  'Partly Refunded': 'orange',
  Refunded: 'brown',
  Disputed: 'red',
  Cancelled: 'gray',
})

/** The Automation Queue: the tasks. */
const QUEUE = {
  title: 'Automation Queue',
  properties: {
    taskName: title('Task Name'),
    description: { ...text('Description'), required: true },
    trigger: { name: 'Trigger', types: ['checkbox'], required: true },
    status: {
      name: 'Status',
      types: ['select', 'status'],
      required: true,
      options: optionsOf({
        New: 'default',
        Queued: 'gray',
        Processing: 'blue',
        QA: 'purple',
        Done: 'green',
        'Waiting Human': 'yellow',
        Failed: 'orange',
        'Failed-Final': 'red',
        Held: 'pink',
        Cancelled: 'brown',
      }),
    },
    taskType: TASK_TYPE,
    // Some keep it as text; what is written there is judged when the row is read.
    qaTarget: { name: 'QA Target', types: ['number', 'rich_text'] },
    client: CLIENT,
    clientEmail: email('Client Email'),
    clientName: text('Client Name'),
    clientRate: number('Client Rate USD/min'),
    price: number('Price'),
    priority: select('Priority', {
      ...Object.fromEntries(PRIORITIES.map(name => [name, 'default'])),
      Rush: 'red',
    }),
    due: date('Due'),
    payloadLink: { name: 'Payload Link', types: ['url'] },
    resultSummary: text('Result Summary'),
    qaScore: number('QA Score'),
    costUsd: number('Cost USD'),
    runId: text('Run ID'),
    notes: text('Notes'),
    decision: select('Decision', { Approve: 'green', Return: 'orange' }),
    decisionNote: text('Decision Note'),
    paymentLink: { name: 'Payment Link', types: ['url'] },
    paymentStatus: PAYMENT_STATUS,
  },
} as const satisfies DatabaseSpec

/** The Automation Log: two rows a run, one more for each error. */
const LOG = {
  title: 'Automation Log',
  properties: {
    entry: title('Log Entry'),
    status: select('Status', {
      Processing: 'blue',
      Success: 'green',
      Review: 'yellow',
      Error: 'red',
      Warning: 'orange',
    }),
    message: text('Message'),
    details: text('Details'),
    timestamp: date('Timestamp'),
    commit: text('Commit'),
    runId: text('Run ID'),
    effectId: text('Effect ID'),
  },
} as const satisfies DatabaseSpec

/** The Job Log: one row a run, with its figures. */
const JOB_LOG = {
  title: 'Job Log',
  properties: {
    jobName: title('Job Name'),
    date: date('Date'),
    taskType: TASK_TYPE,
    status: select('Status', {
      Done: 'green',
      'Waiting Human': 'yellow',
      Held: 'pink',
      'Failed-Final': 'red',
      Cancelled: 'brown',
    }),
    qaScore: number('QA Score'),
    costUsd: number('Cost USD'),
    durationMs: number('Duration (ms)'),
    tokensIn: number('Tokens In'),
    tokensOut: number('Tokens Out'),
    client: CLIENT,
    clientRate: number('Client Rate USD/min'),
    grossUsd: number('Gross USD'),
    profitUsd: number('Profit USD'),
    marginPercent: number('Margin %'),
    paymentLink: { name: 'Payment Link', types: ['url'] },
    paymentStatus: PAYMENT_STATUS,
    commit: text('Commit'),
    runId: text('Run ID'),
    effectId: text('Effect ID'),
    notes: text('Notes'),
  },
} as const satisfies DatabaseSpec

/** The clients and their rates. */
const CLIENTS = {
  title: 'Clients',
  properties: {
    clientName: title('Client Name'),
    email: email('Email'),
    rate: number('Rate USD/min'),
    active: { name: 'Active', types: ['checkbox'] },
    currency: { name: 'Currency', types: ['select', 'rich_text'] },
    language: text('Language'),
    country: text('Country'),
    taxId: text('Tax ID'),
    address: text('Address'),
    notes: text('Notes'),
    taxCategory: select('Tax Category', {
      Standard: 'default',
      'Reverse Charge': 'blue',
      Exempt: 'green',
      'Outside Scope': 'gray',
    }),
    paymentDays: number('Payment Days'),
    billing: select('Billing', { Link: 'green', Invoice: 'blue' }),
    revenueUsd: number('Revenue USD'),
  },
} as const satisfies DatabaseSpec

/** The Status database: one row an hour. */
const STATUS = {
  title: 'Status',
  properties: {
    name: title('Name'),
    when: date('When'),
    ok: { name: 'OK', types: ['checkbox'] },
    jobs24h: number('Jobs (24h)'),
    avgQa24h: number('Avg QA (24h)'),
    lowQaCount: number('Low-QA Count'),
    commit: text('Commit'),
    branch: text('Branch'),
    notes: text('Notes'),
    effectId: text('Effect ID'),
  },
} as const satisfies DatabaseSpec

/** The requests of data subjects. */
const DSR = {
  title: 'DSR Requests',
  properties: {
    correlationId: title('Correlation ID'),
    email: email('Email'),
    action: select('Action', {
      Access: 'blue',
      Erasure: 'red',
      Portability: 'purple',
      Rectification: 'yellow',
      Restriction: 'orange',
      Objection: 'pink',
    }),
    status: select('Status', { New: 'default', 'In Progress': 'blue', Closed: 'green' }),
    due: date('Due'),
    notes: text('Notes'),
    effectId: text('Effect ID'),
  },
} as const satisfies DatabaseSpec

/** The six databases of SPEC §15 as data: what `init` creates, `doctor` checks and all reading and writing uses. */
export const NOTION_DATABASES = {
  queue: QUEUE,
  log: LOG,
  jobLog: JOB_LOG,
  clients: CLIENTS,
  status: STATUS,
  dsr: DSR,
} as const satisfies Record<DatabaseKey, DatabaseSpec>

/** The keys by which code names the properties of a database. */
export type PropertyKeyOf<D extends DatabaseKey> = keyof (typeof NOTION_DATABASES)[D]['properties'] & string

/** The same data, seen by the keys of each database. */
const DATABASES: {
  readonly [D in DatabaseKey]: { readonly properties: Readonly<Record<PropertyKeyOf<D>, PropertySpec>> }
} = NOTION_DATABASES

/** The keys of a database's properties, in the order of SPEC §15. */
export function propertyKeys<D extends DatabaseKey>(database: D): PropertyKeyOf<D>[] {
  return keysOf(DATABASES[database].properties)
}

/** What a property must be. */
export function propertySpec<D extends DatabaseKey>(database: D, key: PropertyKeyOf<D>): PropertySpec {
  return DATABASES[database].properties[key]
}
