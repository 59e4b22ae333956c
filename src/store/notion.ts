import { readRows, type StoreCore } from './core.ts'

/** One of our databases in Notion, as `init` found or made it. */
export interface NotionDatabase {
  readonly key: string
  readonly databaseId: string
  readonly dataSourceId: string
  /** Id, name and type of each property that is there, by our own key for it. */
  readonly properties: Readonly<
    Record<string, { readonly id: string; readonly name: string; readonly type: string }>
  >
}

/** Where things are in Notion. */
export function notionStore(core: StoreCore) {
  return {
    databases: async () =>
      readRows(core, 'SELECT * FROM notion_databases ORDER BY key', {}, is => ({
        key: is.text('key'),
        databaseId: is.text('database_id'),
        dataSourceId: is.text('data_source_id'),
        properties: is.json<NotionDatabase['properties']>('properties', {}),
      })),
    /** Replaces what is known of the databases given. */
    saveDatabases: (databases: readonly NotionDatabase[]) =>
      core.change(core.actor, 'notion.databases', tx => {
        for (const { key, databaseId, dataSourceId, properties } of databases) {
          tx.engine.run(
            `INSERT INTO notion_databases (key, database_id, data_source_id, properties)
             VALUES (:key, :databaseId, :dataSourceId, :properties)
             ON CONFLICT (key) DO UPDATE SET database_id = excluded.database_id,
               data_source_id = excluded.data_source_id, properties = excluded.properties`,
            { key, databaseId, dataSourceId, properties: JSON.stringify(properties) },
          )
          tx.about(databaseId, { key, dataSourceId })
        }
      }),
  }
}
