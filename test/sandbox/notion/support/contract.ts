/** The contract tool: checks traffic against Notion's own types. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A finding of the tool. */
export interface Violation {
  readonly severity: string
  readonly phase: string
  readonly pointer: string
  readonly message: string
}

/** A running proxy. */
export interface Proxy {
  readonly url: string
  readonly violations: readonly Violation[]
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

type StartProxy = (options: { service: string; upstream: string; quiet: boolean }) => Promise<Proxy>

function isTool(value: unknown): value is { readonly startContractProxy: StartProxy } {
  return typeof value === 'object' && value !== null && 'startContractProxy' in value
}

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
const TOOL = resolve(ROOT, process.env['CONTRACT_DIR'] ?? '../shared/tools/contract')
const ENTRY = resolve(TOOL, 'lib/proxy.mjs')

/** Real exchanges with Notion, beside the tool. */
export const RECORDED = resolve(TOOL, '../../api-specs/recorded/notion-recorded.jsonl')

/** True when the tool is there. */
export function hasContractTool(): boolean {
  return existsSync(ENTRY)
}

/** Starts the proxy before a stand-in. */
export async function startProxy(upstream: string): Promise<Proxy> {
  const tool: unknown = await import(pathToFileURL(ENTRY).href)
  if (!isTool(tool)) throw new Error('the contract tool has no startContractProxy')
  return tool.startContractProxy({ service: 'notion', upstream, quiet: true })
}
