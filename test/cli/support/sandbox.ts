/** Homes whose model service is a stand-in, with a gate before it or without. */
import { testServer, KEY, type TestServer } from '../../sandbox/support/server.ts'
import { openGate, type Answering, type Gate } from '../../support/gate.ts'
import { newHome, type Home } from './run.ts'

/** A home whose model service is a stand-in of its own. */
export async function sandboxHome(
  env: Readonly<Record<string, string>> = {},
): Promise<Home & { readonly server: TestServer }> {
  const server = await testServer()
  return { ...newHome({ OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: KEY, ...env }), server }
}

/** A home whose model service is a stand-in behind a gate. */
export async function gatedHome(
  answering: Answering,
  env: Readonly<Record<string, string>> = {},
): Promise<Home & { readonly server: TestServer; readonly gate: Gate }> {
  const server = await testServer()
  const gate = await openGate(server.url, answering)
  return { ...newHome({ OPENAI_BASE_URL: `${gate.url}/v1`, OPENAI_API_KEY: KEY, ...env }), server, gate }
}

/** A brief that the stand-in works on and passes. */
export const BRIEF =
  'Compare three invoicing tools for a two-person agency. Tool A costs 12 euros, tool B 20 euros, tool C 9 euros.'
