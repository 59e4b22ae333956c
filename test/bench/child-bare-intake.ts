/**
 * `bare-intake <verify|commit> <database>`: what somebody would write in an afternoon to take Stripe's webhooks on
 * `node:http`: verifies, and with `commit` keeps each by a durable commit of its own. Prints its port.
 */
import Database from 'better-sqlite3'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const [mode = '', file = ''] = process.argv.slice(2)
const secret = process.env['STRIPE_WEBHOOK_SECRET'] ?? ''

interface Told {
  readonly id: string
  readonly type: string
}

function verified(signature: string, body: Buffer): Told | null {
  const [, time = '', given = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest()
  if (given === '' || !timingSafeEqual(Buffer.from(given, 'hex'), expected)) return null
  if (Math.abs(Date.now() - Number(time) * 1000) > 300_000) return null
  // Signed by this suite.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(body.toString('utf8')) as Told
}

function keeper(): (event: Told) => void {
  if (mode === 'verify') return () => {}
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE event (id TEXT PRIMARY KEY, type TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT')
  const insert = database.prepare('INSERT INTO event VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING')
  return ({ id, type }) => void insert.run(id, type, Date.now())
}

const keep = keeper()
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const event = verified(String(request.headers['stripe-signature']), Buffer.concat(chunks))
    if (event !== null) keep(event)
    response.writeHead(event === null ? 400 : 200, { 'content-type': 'application/json' })
    response.end('{"received":true}')
  })
})
server.listen(0, '127.0.0.1', () => {
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${String(port)}` })}\n`)
})
