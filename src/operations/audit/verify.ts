import { AUDIT_CHAIN, headText, parseHead, type AuditHead } from '../../domain/audit.ts'
import { proof } from '../../domain/proof.ts'
import { verifyChain } from '../../figures/audit.ts'
import { proofState } from '../../figures/marks.ts'
import { document, facts, next, second } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { optional, textField } from '../../kernel/field.ts'
import { countText } from '../../kernel/text.ts'
import { defineOperation } from '../define.ts'

export const auditVerify = defineOperation({
  path: ['audit', 'verify'],
  summary: 'Read the whole audit chain: was a row changed, removed or put in? Exit 1 with the first that was',
  examples: [
    { words: 'audit verify', does: 'prove the chain, and print its head to be kept elsewhere' },
    {
      words: 'audit verify --against 1234:5f2c…',
      does: 'prove also that it still holds a head that was kept',
    },
  ],
  input: {
    against: optional(
      textField('a head that was seen outside: it tells of a chain that was written anew as a whole'),
    ),
  },
  needs: { store: 'required' },
  access: 'write',
  scope: 'read',
  run: async (context, { against }) => {
    const seen = against === undefined ? null : seenHead(against)
    const { last, flaw } = await verifyChain(context, seen)
    const head = headText(last)
    const detail = flaw?.what ?? `${countText(last.seq, 'row')}, each follows from the one before: ${head}`
    const found = proof(
      flaw === null ? 'proved' : 'failed',
      AUDIT_CHAIN,
      detail,
      flaw === null ? null : REPAIR,
    )
    if (!context.dryRun) await context.store.proofs.keep(found)
    return {
      outcome: found.outcome,
      rows: last.seq,
      head,
      against: seen === null ? null : headText(seen),
      flaw,
      detail,
      next: found.fix,
      atMs: context.world.clock.now(),
    }
  },
  render: ({ outcome, rows, against, detail, flaw, next: fix, atMs }) =>
    document(
      facts(
        [proofState(outcome), detail],
        ...(flaw === null || rows === 0
          ? []
          : [['before it', `${countText(rows, 'row')} as they were written`] as const]),
        ...(against === null ? [] : [['against', against] as const]),
        ['read', [second(atMs), ' UTC']],
      ),
      next(fix),
    ),
  outcome: ({ flaw }) => (flaw === null ? 'ok' : 'failed'),
})

/** Nothing mends a chain: what was, is told by copies of it. */
const REPAIR =
  'keep a copy of the store as it is, then compare `echopilot audit export` with an older export or a backup'

function seenHead(text: string): AuditHead {
  const head = parseHead(text)
  if (head !== null) return head
  throw new AppError(
    'usage',
    `"${text}" is no head of an audit chain: it has the number of a row, a colon, and 16 to 64 hexadecimal digits`,
    'echopilot status shows the head of now; give one that was noted before',
  )
}
