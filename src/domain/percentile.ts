/**
 * The place, from 1, of a percentile among so many values in order, by nearest rank: the first that so many percent of
 * them do not exceed. In whole numbers: 0.95 times 20 is more than 19 for a computer. Null where there are no values:
 * no data is not 0.
 */
export function nearestRank(count: number, percent: number): number | null {
  return count === 0 ? null : Math.ceil((count * percent) / 100)
}
