/** The reverse proxy of the README: webhooks come through its TLS byte for byte, and nothing else does. */
import { readFileSync, writeFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { request } from 'node:https'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../support/child.ts'
import { parseDocument } from '../support/document.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { anEvent, signatureOf } from './support/events.ts'
import { serve, shop, storedEvents } from './support/serve.ts'

const CADDY = '/usr/bin/caddy'

/** A port that nothing listens at. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What the README says, at ports of this test, with a certificate of Caddy's own. */
function caddyfile(port: number, to: number): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const said = /<!-- caddy -->\s*```\n([\s\S]*?)```\s*<!-- \/caddy -->/.exec(readme)?.[1] ?? ''
  const here = said
    .replace('hooks.example.com {', `localhost:${String(port)} {\n\ttls internal`)
    .replace('127.0.0.1:4780', `127.0.0.1:${String(to)}`)
  const globals = '{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n'
  return globals + here
}

test('Caddy, as the README has it, hands webhooks on byte for byte, and nothing else', async ({ skip }) => {
  skip(!existsSync(CADDY), 'not proved: caddy is not installed here')
  const home = shop()
  const { port: to } = await serve(home)
  const [dir, port] = [temporaryFolder(), await freePort()]
  const config = join(dir, 'Caddyfile')
  writeFileSync(config, caddyfile(port, to))
  const { child } = startChild([CADDY, 'run', '--adapter', 'caddyfile', '--config', config], {
    env: { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
    cwd: dir,
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  const root = join(dir, 'caddy/pki/authorities/local/root.crt')
  await expect.poll(() => existsSync(root), { timeout: 20_000 }).toBe(true)
  const send = async (path: string, body: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        path,
        method: 'POST',
        headers: { host: 'localhost', ...headers },
      }
      const asked = request({ ...options, ca: readFileSync(root) }, answer => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      asked.once('error', reject)
      asked.end(body)
    })
  // Spaces and letters that a proxy must not write anew: the signature is of these bytes.
  const body = JSON.stringify({ ...parseDocument(anEvent(1).body), note: 'ümlaut \u2028 end' }, null, 3)
  const headers = {
    'content-type': 'application/json',
    'stripe-signature': signatureOf(body),
  }
  await expect.poll(async () => send('/elsewhere', '', {}).catch(() => 0), { timeout: 20_000 }).toBe(404)
  expect(await send('/webhook/stripe', body, headers)).toBe(200)
  expect(await send('/webhook/stripe', `${body} `, headers)).toBe(400)
  expect(await send('/health/live', '', {})).toBe(404)
  expect(storedEvents(home)).toEqual(['evt_00000001'])
})
