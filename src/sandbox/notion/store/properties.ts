/** Properties: the columns of data sources. */
import { randomUUID } from 'node:crypto'
import type { Database } from '../../lib/db.ts'
import type { JsonObject } from '../../lib/json.ts'
import { isPropertyType, type PropertyType } from '../properties/types.ts'
import { objectIn } from './columns.ts'

/** A column. `config` is in the stand-in's own shape, by type. */
export interface Property {
  readonly sourceId: string
  /** Decoded; answers carry it percent-encoded. */
  readonly id: string
  readonly name: string
  readonly type: PropertyType
  readonly description: string | null
  readonly config: JsonObject
}

/** The columns of all data sources. */
export interface PropertyStore {
  add(property: Property): void
  /** By data source and id. */
  update(property: Property): void
  remove(property: Property): void
  /** In the order they were added. */
  of(sourceId: string): readonly Property[]
  /** Every relation that points at `sourceId` or away from it, to be found when one is dropped. */
  relations(): readonly Property[]
}

interface Row {
  readonly data_source_id: string
  readonly id: string
  readonly name: string
  readonly type: string
  readonly description: string | null
  readonly config: string
}

/** Opens the store. */
export function propertyStore(db: Database): PropertyStore {
  const add = db.prepare<Row>(
    `INSERT INTO property (data_source_id, id, name, type, description, config)
     VALUES (@data_source_id, @id, @name, @type, @description, @config)`,
  )
  const update = db.prepare<Row>(
    `UPDATE property SET name = @name, type = @type, description = @description, config = @config
     WHERE data_source_id = @data_source_id AND id = @id`,
  )
  const remove = db.prepare<[string, string]>('DELETE FROM property WHERE data_source_id = ? AND id = ?')
  const of = db.prepare<[string], Row>('SELECT * FROM property WHERE data_source_id = ? ORDER BY seq')
  const relations = db.prepare<[], Row>("SELECT * FROM property WHERE type = 'relation' ORDER BY seq")
  const known = knownColumns(db, sourceId => of.all(sourceId).map(fromRow))
  return {
    add: property => known.after(() => add.run(toRow(property))),
    update: property => known.after(() => update.run(toRow(property))),
    remove: property => known.after(() => remove.run(property.sourceId, property.id)),
    of: known.of,
    relations: () => relations.all().map(fromRow),
  }
}

/** Columns are read for every row that is shown, so they are kept as long as the mark in the database stays the same. */
function knownColumns(
  db: Database,
  read: (sourceId: string) => readonly Property[],
): { readonly of: PropertyStore['of']; readonly after: (change: () => unknown) => void } {
  const mark = db.prepare<[], { readonly value: string }>(
    "SELECT value FROM setting WHERE name = 'schema_mark'",
  )
  // A fresh mark each time, never a count: after a rollback a count would come again for other columns.
  const renew = db.prepare<[string]>("INSERT OR REPLACE INTO setting (name, value) VALUES ('schema_mark', ?)")
  const kept = new Map<string, { readonly mark: string | undefined; readonly columns: readonly Property[] }>()
  return {
    of: sourceId => {
      const now = mark.get()?.value
      const entry = kept.get(sourceId)
      if (entry !== undefined && entry.mark === now) return entry.columns
      const columns = read(sourceId)
      kept.set(sourceId, { mark: now, columns })
      return columns
    },
    after: change => {
      change()
      renew.run(randomUUID())
    },
  }
}

function toRow(property: Property): Row {
  return {
    data_source_id: property.sourceId,
    id: property.id,
    name: property.name,
    type: property.type,
    description: property.description,
    config: JSON.stringify(property.config),
  }
}

function fromRow(row: Row): Property {
  return {
    sourceId: row.data_source_id,
    id: row.id,
    name: row.name,
    type: isPropertyType(row.type) ? row.type : 'rich_text',
    description: row.description,
    config: objectIn(row.config),
  }
}
