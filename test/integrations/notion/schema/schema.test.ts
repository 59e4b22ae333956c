import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keysOf } from '../../../../src/domain/keys-of.ts'
import { isObject } from '../../../../src/domain/shape.ts'
import { RUN_STATES } from '../../../../src/domain/run-state.ts'
import { createProperties, repairProperties } from '../../../../src/integrations/notion/schema/schema-json.ts'
import type { NotionProperty } from '../../../../src/integrations/notion/api/client.ts'
import { matchSchema } from '../../../../src/integrations/notion/schema/schema-match.ts'
import {
  NOTION_DATABASES,
  propertyKeys,
  propertySpec,
  type DatabaseKey,
} from '../../../../src/integrations/notion/schema/schema.ts'
import { sample } from '../../../domain/markdown/arbitraries.ts'

const TARGETS = { clients: '11111111-1111-4111-8111-111111111111' }

/** A database as `init` creates it, as Notion lists it then. */
function created(database: DatabaseKey): NotionProperty[] {
  return propertyKeys(database).map(key => {
    const { name, types, options = [] } = propertySpec(database, key)
    const listed = options.map(option => ({ id: `o-${option.name}`, name: option.name }))
    return { id: `id-${String(key)}`, name, type: types[0], options: listed }
  })
}

const databases = keysOf(NOTION_DATABASES)

test('the databases of the specification, each with its number of properties', () => {
  const counts = databases.map(database => [NOTION_DATABASES[database].title, propertyKeys(database).length])
  expect(counts).toEqual([
    ['Automation Queue', 23],
    ['Automation Log', 8],
    ['Job Log', 20],
    ['Clients', 14],
    ['Status', 10],
    ['DSR Requests', 7],
  ])
})

test('work needs the title, Description, Trigger and Status of the queue', () => {
  const required = (database: DatabaseKey): string[] =>
    propertyKeys(database).filter(key => propertySpec(database, key).required === true)
  expect(required('queue')).toEqual(['taskName', 'description', 'trigger', 'status'])
  expect(required('clients')).toEqual(['clientName'])
})

test('Status has an option for everything a run can show, and for a task without one', () => {
  const names: readonly string[] = NOTION_DATABASES.queue.properties.status.options.map(option => option.name)
  const shown = new Set(['New', ...Object.values(RUN_STATES).map(state => state.status)])
  expect(new Set(names)).toEqual(shown)
  expect(names).toHaveLength(10)
})

describe.each(databases)('%s', database => {
  const specs = propertyKeys(database).map(key => propertySpec(database, key))

  test('has one title, names that are all different, and options Notion takes', () => {
    expect(specs.filter(spec => spec.types.includes('title'))).toHaveLength(1)
    expect(new Set(specs.map(spec => spec.name.toLowerCase())).size).toBe(specs.length)
    for (const { name } of specs.flatMap(spec => spec.options ?? [])) {
      expect(name).toMatch(/^[^,]{1,100}$/)
    }
  })

  test('as created it matches, whatever the order', () => {
    const match = matchSchema(database, created(database).toReversed())
    expect(new Set(Object.keys(match.mapped))).toEqual(new Set(propertyKeys(database)))
    expect([match.missing, match.wrongType, match.missingOptions]).toEqual([[], [], []])
    expect(repairProperties(database, match, TARGETS)).toEqual({})
  })

  test('created without clients, it lacks the relation until it is repaired', () => {
    const present = specs.filter(spec => spec.types[0] !== 'relation').map(spec => spec.name)
    const names = Object.keys(createProperties(database, {}))
    expect(names).toEqual(present)
    expect(Object.keys(createProperties(database, TARGETS))).toHaveLength(specs.length)
  })

  test('any properties that are missing are the ones that are repaired', () => {
    const all = created(database)
    fc.assert(
      fc.property(fc.subarray(all), left => {
        const match = matchSchema(database, left)
        const titled = left.some(property => property.type === 'title')
        const missing = propertyKeys(database).filter(
          key => !left.some(property => property.id === `id-${String(key)}`),
        )
        expect(match.missing).toEqual(missing)
        const added = Object.keys(repairProperties(database, match, TARGETS))
        expect(added).toHaveLength(missing.length - (titled ? 0 : 1))
      }),
      sample(100),
    )
  })
})

describe('matching', () => {
  const found = (name: string, type: string, id = name): NotionProperty => ({ id, name, type, options: [] })

  const stored = (ids: Record<string, string>) =>
    Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, { id, name: '', type: '' }]))

  test('the title by its type, names without regard to case, spaces and hyphens', () => {
    const match = matchSchema('queue', [
      found('Aufgabe', 'title'),
      found('description', 'rich_text'),
      found('TRIGGER', 'checkbox'),
      found('qa-score', 'number'),
      found('Payment  link', 'url'),
    ])
    expect(
      Object.fromEntries(Object.entries(match.mapped).map(([key, property]) => [key, property.name])),
    ).toEqual({
      taskName: 'Aufgabe',
      description: 'description',
      trigger: 'TRIGGER',
      qaScore: 'qa-score',
      paymentLink: 'Payment  link',
    })
  })

  test('the exact name before a similar one', () => {
    const match = matchSchema('queue', [
      found('price', 'number'),
      found('Price', 'number'),
      found('PRICE', 'number'),
    ])
    expect(match.mapped.price?.name).toBe('Price')
  })

  test('the stored id before any name: renamed columns stay the same', () => {
    const renamed = [
      found('Preis', 'number', 'a'),
      found('Price', 'number', 'b'),
      found('Price (old)', 'number', 'c'),
    ]
    expect(matchSchema('queue', renamed, stored({ price: 'a' })).mapped.price?.id).toBe('a')
    // Columns that swapped their names.
    const swapped = [found('Notes', 'rich_text', 'd'), found('Description', 'rich_text', 'n')]
    const match = matchSchema('queue', swapped, stored({ description: 'd', notes: 'n' }))
    expect([match.mapped.description?.id, match.mapped.notes?.id]).toEqual(['d', 'n'])
    // A stored id does not take a property from the one it belongs to.
    expect(
      matchSchema('queue', [found('Notes', 'rich_text', 'd')], stored({ description: 'd' })).missing,
    ).toContain('notes')
  })

  test('a stored id that is gone or of another type now counts for nothing', () => {
    expect(
      matchSchema('queue', [found('Price', 'number', 'b')], stored({ price: 'gone' })).mapped.price?.id,
    ).toBe('b')
    const changed = matchSchema('queue', [found('Price', 'rich_text', 'b')], stored({ price: 'b' }))
    expect(changed.mapped.price).toBeUndefined()
    expect(changed.wrongType.map(wrong => [wrong.key, wrong.found.type])).toEqual([['price', 'rich_text']])
  })

  test('a property of the wrong type is named, not missing, and never repaired', () => {
    const match = matchSchema('queue', [
      found('Name', 'title'),
      found('trigger', 'select'),
      found('Status', 'rich_text'),
    ])
    expect(match.wrongType.map(wrong => wrong.key)).toEqual(['trigger', 'status'])
    expect(match.missing).not.toContain('trigger')
    const repaired = repairProperties('queue', match, TARGETS)
    expect(Object.keys(repaired)).not.toContain('Trigger')
    expect(Object.keys(repaired)).not.toContain('Status')
  })

  test.each(['select', 'status'])('options that a %s lacks are added to those it has, by id', type => {
    const options = [
      { id: 'o1', name: 'Done' },
      { id: 'o2', name: 'Mine' },
      { id: 'o3', name: 'queued' },
    ]
    const match = matchSchema('queue', [{ id: 'p', name: 'Status', type, options }])
    expect(match.missingOptions).toEqual([
      {
        key: 'status',
        names: [
          'New',
          'Queued',
          'Processing',
          'QA',
          'Waiting Human',
          'Failed',
          'Failed-Final',
          'Held',
          'Cancelled',
        ],
      },
    ])
    const body = repairProperties('queue', match, {})['p']?.[type]
    const sent: readonly unknown[] = isObject(body) && Array.isArray(body['options']) ? body['options'] : []
    expect(sent.slice(0, 4)).toEqual([
      { id: 'o1' },
      { id: 'o2' },
      { id: 'o3' },
      { name: 'New', color: 'default' },
    ])
    expect(sent).toHaveLength(12)
  })
})
