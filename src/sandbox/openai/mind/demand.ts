/** What a brief asks for explicitly. */

/** One demand. `label` names it in findings and is recognised there again. */
export type Demand =
  | { readonly type: 'section'; readonly label: string; readonly name: string }
  | {
      readonly type: 'count'
      readonly label: string
      readonly count: number
      readonly noun: string
      readonly name: string
    }
  | { readonly type: 'table'; readonly label: string }
  | { readonly type: 'compare'; readonly label: string; readonly items: readonly string[] }
  | { readonly type: 'length'; readonly label: string; readonly min: number; readonly max: number }
  | { readonly type: 'phrase'; readonly label: string; readonly phrase: string }
  | { readonly type: 'sources'; readonly label: string }
  | { readonly type: 'json'; readonly label: string }

/** How much a demand counts in completeness: what cannot be made up later counts most. */
export function weightOf(demand: Demand): number {
  if (demand.type === 'sources') return 4
  return demand.type === 'json' ? 3 : 1
}
