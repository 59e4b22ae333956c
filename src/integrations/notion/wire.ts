import * as z from 'zod'

/** Only what is used of Notion's answers (API 2025-09-03). Property and block bodies stay as they came. */
export const Json = z.record(z.string(), z.unknown())

/** A page, as far as it is read. */
export const Page = z.object({
  id: z.string(),
  url: z.string().nullish(),
  in_trash: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  last_edited_time: z.string().nullish(),
  properties: z.record(z.string(), Json),
})

/** A database with its data sources (API 2025-09-03). */
export const Database = z.object({
  id: z.string(),
  title: z.array(z.object({ plain_text: z.string() })),
  in_trash: z.boolean().nullish(),
  data_sources: z.array(z.object({ id: z.string(), name: z.string().nullish() })),
})

/** A data source with its properties. */
export const DataSource = z.object({
  id: z.string(),
  properties: z.record(z.string(), Json),
})

/** A page of any list. */
export const List = z.object({
  results: z.array(Json),
  has_more: z.boolean(),
  next_cursor: z.string().nullish(),
  /** Where a query stops at 10,000 rows. */
  request_status: z.object({ type: z.string() }).nullish(),
})

/** A block of a page; its content stands under the name of its type. */
export const Block = z.looseObject({
  id: z.string(),
  type: z.string(),
  has_children: z.boolean().nullish(),
})

/** The integration that a token belongs to. */
export const Me = z.object({
  id: z.string(),
  name: z.string().nullish(),
  bot: z.object({ workspace_name: z.string().nullish(), workspace_id: z.string().nullish() }).nullish(),
})
