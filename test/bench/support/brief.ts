/** What the tasks of the benches ask for; the stand-in passes it at once. */
export const BRIEF = `Write a note to our customers about the spring opening.

The showroom at 14 Quay Street reopens on Saturday 21 March at 10:00. Coffee comes from the roastery next door. Delivery within the city is free until the end of April. [sandbox:score=95]`
