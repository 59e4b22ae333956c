import { BOARD_EFFECTS } from '../../domain/board-effects.ts'
import { choiceField, numberField, textField, urlField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'
import { notionIds, pageAddress } from './ids.ts'
import { SET_UP_INPUT } from './set-up-input.ts'

/** Where clients' tasks stand as rows, people decide, and results are written. */
export const notion = defineService({
  name: 'notion',
  settings: {
    base_url: withDefault(urlField('only for a sandbox or a proxy'), 'https://api.notion.com'),
    parent_page: withDefault(textField('page under which init makes the databases: id or address'), ''),
    requests_per_second: withDefault(
      numberField('rate that all processes of this store share; Notion allows 3 on average', 0.1, 1000),
      2.5,
    ),
    heartbeat: withDefault(
      choiceField(['daily', 'append'], 'one row of the Status database a day, or one an hour'),
      'daily',
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 600), 30),
  },
  variables: { base_url: 'NOTION_BASE_URL' },
  secrets: {
    NOTION_TOKEN: {
      meaning: 'token of the Notion integration; without one the local queue is used',
      opensAccount: true,
    },
  },
  plays: ['taskSource'],
  effects: BOARD_EFFECTS,
  setUp: {
    input: SET_UP_INPUT,
    examples: [
      { words: 'init --parent https://www.notion.so/EchoPilot-0123…', does: 'make all six under a page' },
      { words: 'init --queue 0123… --repair', does: 'adopt a queue, and add what it lacks' },
    ],
  },
  idsIn: notionIds,
  pageAddress,
  open: async environment => (await import('./open.ts')).openNotion(environment),
})
