import { flagField, optional, textField } from '../../kernel/field.ts'

/** What `init` may be told. */
export const SET_UP_INPUT = {
  parent: optional(
    textField('page to make the databases under: id or address; notion.parent_page if left out'),
  ),
  queue: optional(textField('an Automation Queue that is there already')),
  clients: optional(textField('a Clients database that is there already')),
  automationLog: optional(textField('an Automation Log that is there already')),
  jobLog: optional(textField('a Job Log that is there already')),
  statusBoard: optional(textField('a Status database that is there already')),
  dsr: optional(textField('a DSR Requests database that is there already')),
  repair: flagField('add properties that are missing'),
  rebind: flagField('this store now belongs to the accounts that the credentials open'),
}
