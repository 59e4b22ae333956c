/** The built-in stand-ins of the services EchoPilot talks to. */
export type { ChildExit } from './child.ts'
export { SandboxError } from './errors.ts'
export { isSandboxRunning, resetSandbox } from './reset.ts'
export { SANDBOX_SERVICES } from './services.ts'
export { startSandbox, type Sandbox, type StartSandboxOptions } from './start.ts'
