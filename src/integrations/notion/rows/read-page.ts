import { sha256 } from '../../../kernel/digest.ts'
import { PRIORITIES, type Priority } from '../../../domain/run-state.ts'
import { isValidTarget } from '../../../domain/rubric.ts'
import { parseTaskType, TASK_TYPES, type TaskType } from '../../../domain/task-type.ts'
import { ENDLESS, isRefusal } from '../../../kernel/service-failure.ts'
import { emailOf } from '../../../domain/client.ts'
import { isBlank, nameOf } from '../../../kernel/unseen.ts'
import type { NotionBlock, NotionJson, NotionPage } from '../api/client.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { itemText, queueOf, readRow, type RowReader } from '../schema/row-values.ts'
import { briefOfBody, isContainer } from '../effects/body-text.ts'
import type { ReadRow } from '../../../roles/task-source.ts'
import { findClient } from './clients.ts'

/** A page as work: what is asked for, and what is wrong with the row itself. */
export interface ReadPage {
  readonly page: ReadRow
  /** Written to the row's Notes; the run fails with it before anything is spent. Null where all is well. */
  readonly flaw: string | null
}

/** Reads everything that is snapshotted at pick-up: properties whole, and the body without our own containers. */
export async function readPage(workspace: Workspace, page: NotionPage): Promise<ReadPage> {
  const queue = queueOf(workspace)
  const row = readRow(page, queue)
  const description = await wholeText(workspace, page, row)
  const body = await readBody(workspace, page, description)
  const type = typeOf(row)
  const target = targetOf(row)
  const clientRow = await findClient(workspace, row)
  return {
    flaw: body.flaw ?? type.flaw ?? target.flaw,
    page: {
      pageId: page.id,
      title: nameOf(row.text('taskName') ?? '') || 'Untitled',
      brief: body.brief,
      type: type.value,
      client: nameOf(clientRow?.name ?? row.text('clientName') ?? '') || null,
      clientEmail: emailOf(row.text('clientEmail')) ?? clientRow?.email ?? null,
      clientRow,
      priceCell: row.number('price'),
      qaTarget: target.value,
      priority: priorityOf(row),
      dueDate: row.date('due')?.slice(0, 10) ?? null,
      stoodCancelled: row.choice('status') === 'Cancelled',
    },
  }
}

/** Digest of what a page asks for, now: tells whether the brief changed while a run worked on it. */
export async function briefDigest(workspace: Workspace, page: NotionPage): Promise<string> {
  const row = readRow(page, queueOf(workspace))
  return sha256(await readBrief(workspace, page, await wholeText(workspace, page, row)))
}

/** A page whose blocks have no end is a fault of the row: it would be read in vain at every poll. */
async function readBody(
  workspace: Workspace,
  page: NotionPage,
  description: string,
): Promise<{ readonly brief: string; readonly flaw: string | null }> {
  try {
    return { brief: await readBrief(workspace, page, description), flaw: null }
  } catch (error) {
    if (!isRefusal(error) || error.code !== ENDLESS) throw error
    return { brief: description, flaw: `${error.message}: ${error.fix ?? 'mend the page'}` }
  }
}

/** Description and body; the title goes to the model by itself. */
async function readBrief(workspace: Workspace, page: NotionPage, description: string): Promise<string> {
  const blocks: NotionBlock[] = await workspace.api.blocks(page.id, isOpen)
  const body = briefOfBody(blocks)
  return [description, body].filter(part => !isBlank(part)).join('\n\n')
}

/**
 * Blocks that say they have others below them, which are not of this page's body: pages and databases of their own,
 * and what the API does not show, whose children it then refuses to list.
 */
const CLOSED: ReadonlySet<unknown> = new Set(['child_page', 'child_database', 'unsupported'])

function isOpen(block: NotionJson): boolean {
  return !CLOSED.has(block['type']) && !isContainer(block)
}

/** Page objects cut a property off at 25 parts that refer to something; then its items are read. */
const PARTS_IN_PAGE = 25

async function wholeText(workspace: Workspace, page: NotionPage, row: RowReader): Promise<string> {
  const property = queueOf(workspace).properties['description']
  if (property === undefined || row.parts('description') < PARTS_IN_PAGE) return row.text('description') ?? ''
  const items = await workspace.api.propertyItems(page.id, property.id)
  return items.map(item => itemText(item, property.type)).join('')
}

function typeOf(row: RowReader): { value: TaskType; flaw: string | null } {
  const text = row.choice('taskType') ?? row.text('taskType')
  if (text === null) return { value: 'Other', flaw: null }
  const type = parseTaskType(text)
  return type === null
    ? { value: 'Other', flaw: `unknown Task Type "${text}": it must be one of ${TASK_TYPES.join(', ')}` }
    : { value: type, flaw: null }
}

function targetOf(row: RowReader): { value: number | null; flaw: string | null } {
  const text = row.text('qaTarget')
  const number = row.number('qaTarget') ?? (text === null ? null : Number(text))
  if (number === null) return { value: null, flaw: null }
  return isValidTarget(number)
    ? { value: number, flaw: null }
    : { value: null, flaw: `QA Target "${text ?? number}" is not a number from 1 to 100` }
}

function priorityOf(row: RowReader): Priority {
  const text = row.choice('priority')?.toLowerCase()
  return PRIORITIES.find(priority => priority.toLowerCase() === text) ?? 'Normal'
}
