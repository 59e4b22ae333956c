import type { WebhookEvent } from '../../domain/webhook.ts'
import { isObject, textOf } from '../../domain/shape.ts'
import { hrefOf } from './wire.ts'

type Json = Readonly<Record<string, unknown>>

/** An event as PayPal tells it; null for what is none. What it says of money is not looked at. */
export function eventIn(json: unknown, isLive: boolean): WebhookEvent | null {
  if (!isObject(json)) return null
  const [id, type] = [shortText(json['id']), shortText(json['event_type'])]
  const atMs = Date.parse(textOf(json['create_time']) ?? '')
  const { resource } = json
  if (id === null || type === null || Number.isNaN(atMs) || !isObject(resource)) return null
  const thing = thingAt(resource) ?? thingNamed(json['resource_type'], resource)
  const ignored = thing === null ? 'of a type that nothing follows from' : null
  return { id, key: id, type, thing, isLive, atMs, ignored }
}

/** What a resource is, by where it is found. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['orders', 'checkout-order'],
  ['captures', 'capture'],
  ['refunds', 'refund'],
  ['disputes', 'dispute'],
])

/** By its own address: a reversal is told as one of a capture, and is found among the refunds. */
function thingAt(resource: Json): WebhookEvent['thing'] {
  const [, folder = '', id] = /\/([a-z]+)\/([\w-]{1,64})$/.exec(hrefOf(resource, 'self') ?? '') ?? []
  const kind = KINDS.get(folder)
  return kind === undefined || id === undefined ? null : { kind, id }
}

function thingNamed(type: unknown, resource: Json): WebhookEvent['thing'] {
  const kind = [...KINDS.values()].find(each => each === type)
  const id = shortText(resource['id']) ?? shortText(resource['dispute_id'])
  return kind === undefined || id === null ? null : { kind, id }
}

const LONGEST_TEXT = 255

function shortText(value: unknown): string | null {
  const text = textOf(value)
  return text === null || text === '' || text.length > LONGEST_TEXT ? null : text
}
