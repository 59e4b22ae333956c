/** The keys of a table of ours, with their type. Only for objects that hold exactly the keys of their type. */
export function keysOf<T extends object>(table: T): (keyof T & string)[] {
  // Object.keys says string[], because an object may hold more keys than its type; these do not.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(table) as (keyof T & string)[]
}
