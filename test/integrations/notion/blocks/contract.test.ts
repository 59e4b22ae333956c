import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, test, type TestContext } from 'vitest'
import { isObject } from '../../../../src/domain/shape.ts'
import { containerBlock } from '../../../../src/integrations/notion/blocks/blocks.ts'
import { createProperties, repairProperties } from '../../../../src/integrations/notion/schema/schema-json.ts'
import { matchSchema } from '../../../../src/integrations/notion/schema/schema-match.ts'
import {
  NOTION_DATABASES,
  propertyKeys,
  propertySpec,
} from '../../../../src/integrations/notion/schema/schema.ts'
import { keysOf } from '../../../../src/domain/keys-of.ts'
import { planAppends } from '../../../../src/integrations/notion/blocks/split.ts'
import { markdownToBlocks } from '../../../../src/integrations/notion/blocks/to-blocks.ts'
import { writeRow } from '../../../../src/integrations/notion/schema/row-values.ts'
import { CONTRACT_TOOL, type Violation } from '../../../support/contract.ts'
import { document, sample, soup } from '../../../domain/markdown/arbitraries.ts'

const ID = '22222222-2222-4222-8222-222222222222'
const TOOL = join(CONTRACT_TOOL, 'lib/check.mjs')

/** Checks a request against Notion's own description; returns the errors it finds. */
type Check = (method: string, url: string, body: object) => string[]

async function loadCheck(ctx: TestContext): Promise<Check> {
  if (!existsSync(TOOL)) return ctx.skip(`not proved: no contract tool at ${TOOL}`)
  const tool: unknown = await import(pathToFileURL(TOOL).href)
  if (!isObject(tool) || !isCheckerClass(tool['Checker'])) throw new Error(`no Checker in ${TOOL}`)
  const checker = new tool['Checker']('notion', {})
  const headers = {
    authorization: 'Bearer ntn_test',
    'notion-version': '2025-09-03',
    'content-type': 'application/json',
  }
  return (method, url, body) => {
    const raw = Buffer.from(JSON.stringify(body))
    const { op, violations } = checker.request({ method, url, headers, body: raw })
    expect(op).not.toBeNull()
    return violations
      .filter(found => found.severity === 'error')
      .map(found => `${found.pointer}: ${found.message}`)
  }
}

interface Checker {
  request(request: object): { op: unknown; violations: Violation[] }
}

function isCheckerClass(value: unknown): value is new (service: string, options: object) => Checker {
  return typeof value === 'function'
}

describe('Notion’s description finds no fault', () => {
  test('the check itself finds faults', async ctx => {
    const check = await loadCheck(ctx)
    const append = (children: object[]): string[] => check('PATCH', `/v1/blocks/${ID}/children`, { children })
    expect(append([{ type: 'paragraph', paragraph: { rich_text: [] } }])).toEqual([])
    expect(
      append([{ type: 'paragraph', paragraph: { rich_text: [{ text: { content: 'x'.repeat(2_001) } }] } }]),
    ).not.toEqual([])
    expect(append([{ type: 'code', code: { rich_text: [], language: 'klingon' } }])).not.toEqual([])
    expect(append([{ type: 'paragraph', paragraph: { text: [] } }])).not.toEqual([])
  })

  test('with the requests of any document', async ctx => {
    const check = await loadCheck(ctx)
    const text = fc
      .tuple(fc.oneof(document, soup), fc.constantFrom(1, 60))
      .map(([part, times]) => Array.from({ length: times }, () => part).join('\n\n'))
    fc.assert(
      fc.property(text, markdown => {
        for (const { children } of planAppends(markdownToBlocks(markdown))) {
          expect(check('PATCH', `/v1/blocks/${ID}/children`, { children })).toEqual([])
        }
      }),
      sample(30),
    )
  })

  test('with documents at the limits', async ctx => {
    const check = await loadCheck(ctx)
    const styles = Array.from({ length: 250 }, (_, at) => `**b${at}** p`).join(' ')
    const rows = Array.from({ length: 250 }, () => `| ${'x'.repeat(2_500)} | b |`).join('\n')
    const nested = Array.from({ length: 10 }, (_, at) => `${'  '.repeat(at)}- ${at}`).join('\n')
    const code = `\`\`\`klingon\n${'漢'.repeat(300_000)}\n\`\`\``
    const markdown = [
      styles,
      `##### ${styles}`,
      `| a | b |\n| - | - |\n${rows}`,
      nested,
      code,
      '[a](./b) <x>',
    ].join('\n\n')
    const requests = planAppends(markdownToBlocks(markdown))
    expect(requests.length).toBeGreaterThan(10)
    for (const { children } of requests) {
      expect(check('PATCH', `/v1/blocks/${ID}/children`, { children })).toEqual([])
    }
    const container = containerBlock('run_01kaw8q4z8e2m5x7b9c1d3f5g7', 'Result')
    expect(check('PATCH', `/v1/blocks/${ID}/children`, { children: [container] })).toEqual([])
  })

  test('with the databases that are created and repaired', async ctx => {
    const check = await loadCheck(ctx)
    for (const database of keysOf(NOTION_DATABASES)) {
      const properties = createProperties(database, { clients: ID })
      const title = [{ type: 'text', text: { content: NOTION_DATABASES[database].title } }]
      const body = { parent: { type: 'page_id', page_id: ID }, title, initial_data_source: { properties } }
      expect(check('POST', '/v1/databases', body)).toEqual([])
      const empty = matchSchema(database, [{ id: 'title', name: 'Name', type: 'title', options: [] }])
      expect(
        check('PATCH', `/v1/data_sources/${ID}`, {
          properties: repairProperties(database, empty, { clients: ID }),
        }),
      ).toEqual([])
      const bare = propertyKeys(database).map(key => {
        const { name, types } = propertySpec(database, key)
        return {
          id: `${String(key)}1`,
          name,
          type: types.at(-1) ?? 'title',
          options: [{ id: 'abcd', name: 'Own' }],
        }
      })
      const repaired = repairProperties(database, matchSchema(database, bare), {})
      expect(check('PATCH', `/v1/data_sources/${ID}`, { properties: repaired })).toEqual([])
    }
  })

  test('with a row of every type of value', async ctx => {
    const check = await loadCheck(ctx)
    const cells = {
      title: ['title', 'A title'],
      text: ['rich_text', 'x'.repeat(200_000)],
      number: ['number', 1.5],
      noNumber: ['number', null],
      select: ['select', 'High'],
      noSelect: ['select', null],
      status: ['status', 'New'],
      date: ['date', '2026-11-25'],
      noDate: ['date', null],
      tick: ['checkbox', true],
    } as const
    const columns = Object.entries(cells).map(([name, [type]]) => [name, { id: name, name, type }] as const)
    const database = { key: 'x', databaseId: ID, dataSourceId: ID, properties: Object.fromEntries(columns) }
    const values = Object.entries(cells).map(([name, [, value]]) => [name, value] as const)
    const properties = writeRow(database, Object.fromEntries(values))
    expect(Object.keys(properties)).toHaveLength(columns.length)
    expect(check('PATCH', `/v1/pages/${ID}`, { properties })).toEqual([])
    expect(
      check('POST', '/v1/pages', { parent: { type: 'data_source_id', data_source_id: ID }, properties }),
    ).toEqual([])
  })
})
