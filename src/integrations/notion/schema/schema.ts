import { keysOf } from '../../../domain/keys-of.ts'
import { PRIORITIES } from '../../../domain/run-state.ts'
import { TASK_TYPES } from '../../../domain/task-type.ts'

/** The types of properties that EchoPilot reads and writes. */
export type PropertyType =
  'title' | 'rich_text' | 'checkbox' | 'select' | 'status' | 'number' | 'email' | 'url' | 'date' | 'relation'

/** Notion's colours of options. */
export type OptionColor =
  'default' | 'gray' | 'brown' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink' | 'red'

/** An option of a select or status property. */
export interface OptionSpec {
  readonly name: string
  readonly color: OptionColor
}

/** What a property of a database must be. */
export interface PropertySpec {
  /** Its name when we create it; people may rename it. */
  readonly name: string
  /** Types that do; the first is the one we create. */
  readonly types: readonly [PropertyType, ...PropertyType[]]
  /** Without it there is no work; all others are left out where they are missing. */
  readonly required?: true
  /** Options in the order in which Notion shows them. */
  readonly options?: readonly OptionSpec[]
  /** The database that a relation leads to. */
  readonly target?: DatabaseKey
}

/** A database that EchoPilot works with. */
export interface DatabaseSpec {
  readonly title: string
  readonly properties: Readonly<Record<string, PropertySpec>>
}

/** The databases of SPEC §15. */
export type DatabaseKey = 'queue' | 'log' | 'jobLog' | 'clients' | 'status' | 'dsr'

const text = (name: string) => ({ name, types: ['rich_text'] }) as const satisfies PropertySpec
const number = (name: string) => ({ name, types: ['number'] }) as const satisfies PropertySpec
const title = (name: string) => ({ name, types: ['title'], required: true }) as const satisfies PropertySpec

const CLIENT = { name: 'Client', types: ['relation'], target: 'clients' } as const satisfies PropertySpec

const TASK_TYPE = {
  name: 'Task Type',
  types: ['select'],
  options: TASK_TYPES.map(name => ({ name, color: 'default' })),
} as const satisfies PropertySpec

const PAYMENT_STATUS = {
  name: 'Payment Status',
  types: ['select'],
  options: [
    { name: 'Unpriced', color: 'default' },
    { name: 'Unpaid', color: 'yellow' },
    { name: 'On Invoice', color: 'blue' },
    { name: 'Paid', color: 'green' },
    { name: 'Partly Refunded', color: 'orange' },
    { name: 'Refunded', color: 'brown' },
    { name: 'Disputed', color: 'red' },
    { name: 'Cancelled', color: 'gray' },
  ],
} as const satisfies PropertySpec

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
      options: [
        { name: 'New', color: 'default' },
        { name: 'Queued', color: 'gray' },
        { name: 'Processing', color: 'blue' },
        { name: 'QA', color: 'purple' },
        { name: 'Done', color: 'green' },
        { name: 'Waiting Human', color: 'yellow' },
        { name: 'Failed', color: 'orange' },
        { name: 'Failed-Final', color: 'red' },
        { name: 'Held', color: 'pink' },
        { name: 'Cancelled', color: 'brown' },
      ],
    },
    taskType: TASK_TYPE,
    // Some keep it as text; what is written there is judged when the row is read.
    qaTarget: { name: 'QA Target', types: ['number', 'rich_text'] },
    client: CLIENT,
    clientEmail: { name: 'Client Email', types: ['email'] },
    clientName: text('Client Name'),
    clientRate: number('Client Rate USD/min'),
    price: number('Price'),
    priority: {
      name: 'Priority',
      types: ['select'],
      options: PRIORITIES.map(name => ({ name, color: name === 'Rush' ? 'red' : 'default' })),
    },
    due: { name: 'Due', types: ['date'] },
    payloadLink: { name: 'Payload Link', types: ['url'] },
    resultSummary: text('Result Summary'),
    qaScore: number('QA Score'),
    costUsd: number('Cost USD'),
    runId: text('Run ID'),
    notes: text('Notes'),
    decision: {
      name: 'Decision',
      types: ['select'],
      options: [
        { name: 'Approve', color: 'green' },
        { name: 'Return', color: 'orange' },
      ],
    },
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
    status: {
      name: 'Status',
      types: ['select'],
      options: [
        { name: 'Processing', color: 'blue' },
        { name: 'Success', color: 'green' },
        { name: 'Review', color: 'yellow' },
        { name: 'Error', color: 'red' },
        { name: 'Warning', color: 'orange' },
      ],
    },
    message: text('Message'),
    details: text('Details'),
    timestamp: { name: 'Timestamp', types: ['date'] },
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
    date: { name: 'Date', types: ['date'] },
    taskType: TASK_TYPE,
    status: {
      name: 'Status',
      types: ['select'],
      options: [
        { name: 'Done', color: 'green' },
        { name: 'Waiting Human', color: 'yellow' },
        { name: 'Held', color: 'pink' },
        { name: 'Failed-Final', color: 'red' },
        { name: 'Cancelled', color: 'brown' },
      ],
    },
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
    email: { name: 'Email', types: ['email'] },
    rate: number('Rate USD/min'),
    active: { name: 'Active', types: ['checkbox'] },
    currency: { name: 'Currency', types: ['select'] },
    taxId: text('Tax ID'),
    address: text('Address'),
    notes: text('Notes'),
    revenueUsd: number('Revenue USD'),
  },
} as const satisfies DatabaseSpec

/** The Status database: one row an hour. */
const STATUS = {
  title: 'Status',
  properties: {
    name: title('Name'),
    when: { name: 'When', types: ['date'] },
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
    email: { name: 'Email', types: ['email'] },
    action: {
      name: 'Action',
      types: ['select'],
      options: [
        { name: 'Access', color: 'blue' },
        { name: 'Erasure', color: 'red' },
        { name: 'Portability', color: 'purple' },
        { name: 'Rectification', color: 'yellow' },
        { name: 'Restriction', color: 'orange' },
        { name: 'Objection', color: 'pink' },
      ],
    },
    status: {
      name: 'Status',
      types: ['select'],
      options: [
        { name: 'New', color: 'default' },
        { name: 'In Progress', color: 'blue' },
        { name: 'Closed', color: 'green' },
      ],
    },
    due: { name: 'Due', types: ['date'] },
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
