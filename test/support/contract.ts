/** The contract tool, which knows the vendors' own descriptions of their APIs. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { ROOT } from './root.ts'

/** A finding of the tool. */
export interface Violation {
  readonly severity: string
  readonly phase: string
  readonly pointer: string
  readonly message: string
}

/** A proxy that lets everything through and checks it. */
export interface ContractProxy {
  readonly url: string
  readonly violations: readonly Violation[]
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

type StartProxy = (options: { service: string; upstream: string; quiet: boolean }) => Promise<ContractProxy>

/** Where the tool is, or would be. */
export const CONTRACT_TOOL = resolve(ROOT, process.env['CONTRACT_DIR'] ?? '../shared/tools/contract')

const PROXY = resolve(CONTRACT_TOOL, 'lib/proxy.mjs')

/** Why nothing can be proved here; null where the tool is there. */
export const NO_CONTRACT_TOOL = existsSync(PROXY) ? null : 'not proved: contract tool not found'

/** Opens a proxy before a stand-in; closed when the test is over. */
export async function contractProxy(
  service: 'google' | 'notion' | 'openai' | 'paypal' | 'stripe' | 'telegram',
  upstream: string,
): Promise<ContractProxy> {
  const tool: unknown = await import(pathToFileURL(PROXY).href)
  if (!isTool(tool)) throw new Error('the contract tool has no startContractProxy')
  const proxy = await tool.startContractProxy({ service, upstream, quiet: true })
  onTestFinished(async () => proxy.close())
  return proxy
}

/** Findings of one object of a vendor, such as what a webhook brings. */
export async function checkedObject(
  service: string,
  type: string,
  value: unknown,
): Promise<readonly Violation[]> {
  const tool: unknown = await import(pathToFileURL(PROXY).href)
  if (!isChecker(tool)) throw new Error('the contract tool has no checkObject')
  const found = tool.checkObject(service, type, value)
  return found.filter(({ severity }) => severity === 'error' || severity === 'warn')
}

/** Findings that break the description, on either side. */
export function errorsOf(proxy: ContractProxy): readonly Violation[] {
  return proxy.violations.filter(({ severity }) => severity === 'error')
}

interface Checker {
  readonly checkObject: (service: string, type: string, value: unknown) => readonly Violation[]
}

function isChecker(value: unknown): value is Checker {
  return typeof value === 'object' && value !== null && 'checkObject' in value
}

function isTool(value: unknown): value is { readonly startContractProxy: StartProxy } {
  return typeof value === 'object' && value !== null && 'startContractProxy' in value
}
