import type { Command } from '../../kernel/command.ts'
import { document, facts, hint, strong, words } from '../../kernel/document.ts'
import { proofState } from '../../figures/marks.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { planOf } from '../systemd-plan/index.ts'
import { requireSystemd } from '../systemd-units.ts'
import { credentialFindings } from './credentials.ts'
import { fileFindings } from './files.ts'
import { timerFindings } from './timers.ts'

/** Looks at what is installed and how it went. It starts nothing and changes nothing. */
export const systemdVerify: Command<CommandHost> = {
  path: ['systemd', 'verify'],
  summary: 'Prove that units, timers, credentials and folders are as they should be; exit 1 if not',
  input: {},
  run: async host => {
    const { world, jobs } = host.options
    requireSystemd(world, 'systemd verify')
    const plan = planOf(host)
    const proofs = [
      ...(await fileFindings(world, plan)),
      ...(await credentialFindings(world, plan.credentials)),
      ...(await timerFindings(world, Object.keys(jobs.schedule))),
    ]
    host.print({ proofs }, () =>
      document(
        facts(
          ...proofs.map(({ outcome, subject, detail, fix }) => {
            const mend = fix === null ? '' : words`\nfix: ${hint(fix)}`
            return [proofState(outcome), words`${strong(subject)}\n${detail}${mend}`] as const
          }),
        ),
      ),
    )
    return proofs.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'ok'
  },
}
