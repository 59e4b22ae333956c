import { auditLine, CHAIN_START, headText } from '../../domain/audit.ts'
import { chainPages } from '../../figures/audit.ts'
import { document, facts } from '../../kernel/document.ts'
import { defineOperation } from '../define.ts'

export const auditExport = defineOperation({
  path: ['audit', 'export'],
  summary: 'Hand out the audit chain, one JSON line a row: it can be verified without this program',
  examples: [
    {
      words: 'audit export --output audit.jsonl',
      does: 'write it to a file; the README says how to verify it',
    },
  ],
  input: {},
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async context => {
    let last = CHAIN_START
    for await (const rows of chainPages(context)) {
      context.emit(rows.map(row => `${auditLine(row)}\n`).join(''))
      const { seq, digest } = rows.at(-1) ?? last
      last = { seq: Number(seq), digest }
    }
    return { rows: last.seq, head: headText(last) }
  },
  render: ({ rows, head }) => document(facts(['rows', String(rows)], ['head', head])),
  streamTo: {
    flag: 'output',
    meaning: 'write it to this file, whole or not at all, instead of standard output',
    what: 'the audit chain',
    told: 'written',
  },
})
