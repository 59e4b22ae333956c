import type { DeskOptions } from './desk.ts'

/** A `fetch` by which something happens once, in the middle of the work, before a model call leaves. */
export function whileWorking(act: () => Promise<void>): NonNullable<DeskOptions['fetch']> {
  let acted = false
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (!acted && pathname.endsWith('/chat/completions')) {
      acted = true
      await act()
    }
    return fetch(input, init)
  }
}
