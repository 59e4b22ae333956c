/** PayPal keeps one text of ours with an order, and with what is paid for it: 127 characters, not shown to the payer. */
const LONGEST = 127

/** Ids begin with their kind, which need not be said twice: those of link, bill, task and run fit. */
const ID = /^([a-z]+)_[0-9a-z_]+$/

/** Our ids by their kind as one text; null where they do not fit, or one is none of ours. */
export function idsOut(ids: Readonly<Record<string, string>>): string | null {
  const parts = Object.entries(ids).map(([kind, id]) => (ID.exec(id)?.[1] === kind ? id : null))
  const text = parts.join(',')
  return parts.includes(null) || text.length > LONGEST ? null : text
}

/** The ids of a text that {@link idsOut} made; none of any other, as what was not asked for by us may have. */
export function idsIn(text: string | null): Readonly<Record<string, string>> {
  const parts = (text ?? '').split(',').map(id => [ID.exec(id)?.[1] ?? '', id] as const)
  return parts.every(([kind]) => kind !== '') ? Object.fromEntries(parts) : {}
}
