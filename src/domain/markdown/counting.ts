/** Whether Notion shows the numbers of a list as they are: from 1 up, or all 1, which Markdown counts up too. */
export function isCounting(numbers: readonly string[]): boolean {
  return (
    numbers.every((number, index) => number === String(index + 1)) || numbers.every(number => number === '1')
  )
}
