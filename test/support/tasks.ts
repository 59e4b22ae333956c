import type { TaskRequest } from '../../src/store/tasks.ts'

/** A brief of plain facts; what becomes of it is said by a directive of the sandbox put behind it. */
const FACTS = `Write a note to our customers about the spring opening.

The showroom at 14 Quay Street reopens on Saturday 21 March at 10:00. Coffee comes from the roastery next door. Delivery within the city is free until the end of April.`

/** Who adds runs, and when, where neither matters. */
export const TESTER = { actor: 'tester', world: { clock: { now: () => Date.parse('2026-11-30') } } } as const

/** A task that scores 95 and passes at once, unless told otherwise. */
export function aTask(changes: Partial<TaskRequest> = {}): TaskRequest {
  return {
    title: 'Spring opening',
    brief: `${FACTS} [sandbox:score=95]`,
    type: 'Drafting',
    client: null,
    clientId: null,
    price: null,
    qaTarget: null,
    priority: 'Normal',
    dueDate: null,
    ...changes,
  }
}

/** A brief that makes the sandbox do something, such as `score=60` or `refuse`. */
export function briefThat(...directives: readonly string[]): string {
  return [FACTS, ...directives.map(directive => `[sandbox:${directive}]`)].join(' ')
}

/** The sandbox's own judge sends the first draft of this one back, and passes its revision. */
export const REVISED_BRIEF = `Draft the landing page for the new vegetable box. Use these sections: The box, How it works, Delivery area, Price. Also include five headlines to choose from, four benefits, a FAQ and a call to action. Mention "no subscription trap" on the page.

Facts: Each box holds seven kinds of seasonal vegetables from nine farms within 60 kilometres. A box feeds two people for four days and weighs about 5 kilograms. The price is 24 euros, delivery included, and every fourth box costs 20 euros. Orders placed by Tuesday noon arrive on Thursday between 15:00 and 20:00. A break is possible at any time with one click.`
