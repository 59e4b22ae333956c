/** The contract tool, which knows the vendors' own descriptions of their APIs and stands between program and stand-in. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { ROOT } from '../../cli/support/run.ts'

/** What it found. */
interface Finding {
  readonly severity: string
  readonly phase: string
  readonly pointer: string
  readonly message: string
}

/** A proxy that lets everything through and checks it. */
export interface ContractProxy {
  readonly url: string
  readonly violations: readonly Finding[]
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

type Start = (options: { service: string; upstream: string; quiet: boolean }) => Promise<ContractProxy>

const ENTRY = resolve(ROOT, process.env['CONTRACT_DIR'] ?? '../shared/tools/contract', 'lib/proxy.mjs')

/** Why nothing can be proved here; null where the tool is there. */
export const NO_CONTRACT_TOOL = existsSync(ENTRY) ? null : 'not proved: contract tool not found'

/** Opens a proxy before a stand-in of OpenAI; closed when the test is over. */
export async function contractProxy(upstream: string): Promise<ContractProxy> {
  const tool: unknown = await import(pathToFileURL(ENTRY).href)
  if (!isTool(tool)) throw new Error('the contract tool has no startContractProxy')
  const proxy = await tool.startContractProxy({ service: 'openai', upstream, quiet: true })
  onTestFinished(async () => proxy.close())
  return proxy
}

/** Findings that break the description, on either side. */
export function errorsOf(proxy: ContractProxy): readonly Finding[] {
  return proxy.violations.filter(({ severity }) => severity === 'error')
}

function isTool(value: unknown): value is { readonly startContractProxy: Start } {
  return typeof value === 'object' && value !== null && 'startContractProxy' in value
}
