/**
 * `send-events <port> <count> <connections> <first number>`: sends distinct signed events of 2.8 kB, one after the other
 * on each connection. They are signed before, and sent by the bare socket, so that the server is what is measured.
 * Prints milliseconds of all, the 99th percentile of one, and how many were not answered with 200.
 */
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'

const [port = 0, count = 0, connections = 0, first = 0] = process.argv.slice(2).map(Number)
const secret = process.env['STRIPE_WEBHOOK_SECRET'] ?? ''

function requestOf(number: number): Buffer {
  const object = { id: `ch_${String(number)}`, object: 'charge', amount: 5_000, note: 'x'.repeat(2_600) }
  const event = { id: `evt_${String(number).padStart(12, '0')}`, object: 'event', type: 'charge.refunded' }
  const body = JSON.stringify({ ...event, created: 1_900_000_000, livemode: false, data: { object } })
  const time = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  const head = `POST /webhook/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\nStripe-Signature: t=${time},v1=${signature}\r\nContent-Length: ${String(body.length)}\r\n\r\n`
  return Buffer.from(head + body)
}

const requests = Array.from({ length: count }, (_, at) => requestOf(first + at))
const waits: number[] = []
let next = 0
let bad = 0

async function connection(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, send)
    let begun = 0
    let answer = ''
    function send(): void {
      const request = requests[next]
      next += 1
      if (request === undefined) {
        socket.end()
        resolve()
        return
      }
      begun = performance.now()
      socket.write(request)
    }
    socket.on('error', reject)
    socket.on('data', chunk => {
      answer += chunk.toString('latin1')
      // The end of every answer that is sent here.
      if (!/\}(?:\r\n0\r\n\r\n)?$/.test(answer)) return
      waits.push(performance.now() - begun)
      if (!answer.startsWith('HTTP/1.1 200')) bad += 1
      answer = ''
      send()
    })
  })
}

const begun = performance.now()
await Promise.all(Array.from({ length: connections }, connection))
const ms = performance.now() - begun
const sorted = waits.toSorted((a, b) => a - b)
const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
process.stdout.write(JSON.stringify({ ms, p99Ms, bad }))
