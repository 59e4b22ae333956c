/** Which of several data sources is ours. */
import { expect, test } from 'vitest'
import { chooseSource, sourceFit } from '../../../../src/integrations/notion/workspace/find-source.ts'
import type { NotionProperty } from '../../../../src/integrations/notion/api/client.ts'

const column = (name: string, type: string): NotionProperty => ({ id: name, name, type, options: [] })
const NAME = column('Name', 'title')
const NEEDED = [
  NAME,
  column('description', 'rich_text'),
  column('Trigger', 'checkbox'),
  column('Status', 'status'),
]
const source = (id: string, properties: readonly NotionProperty[]) => ({ id, name: id, properties })

test('the one that has what is required, however much others have besides', () => {
  const many = [NAME, ...['Notes', 'Run ID', 'Client Name'].map(name => column(name, 'rich_text'))]
  const fits = [sourceFit('queue', source('ideas', many)), sourceFit('queue', source('work', NEEDED))]
  expect(fits).toMatchObject([
    { has: 3, of: 22, usable: false },
    { has: 3, of: 22, usable: true },
  ])
  expect(chooseSource(fits)?.id).toBe('work')
})

test('of two that would do, the one that has more; of two that have the same, none', () => {
  const work = sourceFit('queue', source('work', NEEDED))
  const more = sourceFit('queue', source('more', [...NEEDED, column('Price', 'number')]))
  expect(chooseSource([work, more])?.id).toBe('more')
  expect(chooseSource([work, { ...work, id: 'copy' }])).toBeNull()
})

test('a title alone is no fit, and a column of another type is not had', () => {
  expect(chooseSource([sourceFit('queue', source('blank', [NAME]))])).toBeNull()
  const wrong = NEEDED.map(each => (each.name === 'Trigger' ? column('Trigger', 'number') : each))
  expect(chooseSource([sourceFit('queue', source('wrong', wrong))])).toBeNull()
})

test('where nothing is required, half of the columns', () => {
  const some = [NAME, column('Email', 'email'), column('Notes', 'rich_text')]
  expect(sourceFit('dsr', source('contacts', some))).toMatchObject({ has: 2, of: 6, usable: false })
  const half = [...some, column('Due', 'date')]
  expect(chooseSource([sourceFit('dsr', source('requests', half))])?.id).toBe('requests')
})
