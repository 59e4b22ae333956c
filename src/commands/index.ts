import type { Command } from '../kernel/command.ts'
import type { LazyList } from '../kernel/operation.ts'
import type { CommandHost } from '../surfaces/cli/host.ts'

/** What never returns, talks to a terminal or sets up this machine; a test compares it with the folders. */
export const COMMANDS: LazyList<Command<CommandHost>> = {
  'auth google': async () => (await import('./auth-google/index.ts')).authGoogle,
  bot: async () => (await import('./bot/index.ts')).bot,
  completion: async () => (await import('./completion/index.ts')).completion,
  'config init': async () => (await import('./config-init/index.ts')).configInit,
  demo: async () => (await import('./demo/index.ts')).demo,
  init: async () => (await import('./init/index.ts')).init,
  sandbox: async () => (await import('./sandbox/index.ts')).sandbox,
  serve: async () => (await import('./serve/index.ts')).serve,
  'systemd install': async () => (await import('./systemd-install/index.ts')).systemdInstall,
  'systemd plan': async () => (await import('./systemd-plan/index.ts')).systemdPlan,
  'systemd uninstall': async () => (await import('./systemd-uninstall/index.ts')).systemdUninstall,
  'systemd verify': async () => (await import('./systemd-verify/index.ts')).systemdVerify,
}
