/** The tasks of the demo's day: what a small agency is asked for by its clients, the awkward ones included. */
import { NAMES, type Paying } from './clients.ts'

const { DENTAL, ENERGIE, FOODS, HARBOR, LEGAL } = NAMES

/** One task as the agency gets it. */
export interface DemoTask {
  readonly title: string
  readonly type: 'Research' | 'Drafting' | 'Data-transform' | 'Transcription' | 'Other'
  readonly client: string
  readonly brief: string
  readonly priority?: 'Low' | 'Normal' | 'High' | 'Rush'
  /** What the task shows, for the demo's table. */
  readonly note: string
  /** In the currency of its client. */
  readonly price?: number
  /** What its client does at the payment link; nothing if left out. */
  readonly pays?: Paying
}

/** The tasks, in the order they come in. The same every time. */
export function demoTasks(): readonly DemoTask[] {
  return [...MORNING, ...AFTERNOON, tooLong()]
}

const MORNING: readonly DemoTask[] = [
  {
    title: 'Clinic booking tools',
    type: 'Research',
    client: DENTAL,
    priority: 'High',
    note: 'passes at once',
    price: 240,
    pays: { by: ['card'] },
    brief: `Compare Calendo, Bookwise and Slotly for our three dental clinics and put the result into a table. Close with three risks, a short recommendation and the next steps.

What we know so far:
- Calendo costs 29 euros a month per clinic, sends text message reminders and has no German interface.
- Bookwise costs 45 euros a month per clinic, includes reminders and a waiting list, and its support answers within one hour.
- Slotly costs 19 euros a month per clinic, but reminders cost 6 cents each and there is no waiting list.
- Our reception handles about 420 appointments a month in each clinic.
- Missed appointments are the biggest problem: 9 percent of patients do not show up.
- The most important thing for us is a waiting list that fills gaps by itself.
- The contract with the present tool ends on 31 March.`,
  },
  {
    title: 'Spring newsletter',
    type: 'Drafting',
    client: HARBOR,
    note: 'passes at once',
    price: 95,
    pays: { by: ['declined', 'card'] },
    brief: `Write a newsletter to our customers about the spring opening of the Harbor & Pine showroom. Include a subject line and a call to action. Keep it between 120 and 220 words.

The showroom at 14 Quay Street reopens on Saturday 21 March at 10:00 after six weeks of renovation. Visitors see the new oak dining collection, made in our own workshop from timber of the Pinewood valley. The first forty visitors get a linen table runner. Between 10:00 and 16:00 our designers Mara and Tom give free advice of twenty minutes; a time can be booked at https://harborpine.example/advice. Coffee comes from the roastery next door. Delivery within the city is free until the end of April. Parking is behind the building, and the tram line 4 stops in front of the door.`,
  },
  {
    title: 'Veggie box launch page',
    type: 'Drafting',
    client: FOODS,
    priority: 'Rush',
    note: 'passes when revised',
    price: 180,
    pays: { by: ['card'], isUntold: true },
    brief: `Draft the landing page for the new vegetable box. Use these sections: The box, How it works, Delivery area, Price. Also include five headlines to choose from, four benefits, a FAQ and a call to action. Mention "no subscription trap" on the page.

Facts: Each box holds seven kinds of seasonal vegetables from nine farms within 60 kilometres. A box feeds two people for four days and weighs about 5 kilograms. The price is 24 euros, delivery included, and every fourth box costs 20 euros. Orders placed by Tuesday noon arrive on Thursday between 15:00 and 20:00. We deliver in the city and in Millbrook, Easton and Farley. A break is possible at any time with one click. The crates are collected and used again. The first box can be ordered at https://tastybasket.example/box.`,
  },
  {
    title: 'Stock list as JSON',
    type: 'Data-transform',
    client: FOODS,
    note: 'JSON from a table',
    price: 0.4,
    brief: `Convert the stock list below to JSON: an array of objects with the keys sku, product, quantity, unit, best_before. Return JSON only, without any explanation. Numbers must be numbers, dates stay as they are.

SKU;Product;Quantity;Unit;Best before
TB-1001;Carrots, bunched;140;bunch;2026-12-04
TB-1002;Celeriac;65;piece;2027-01-10
TB-1007;Red cabbage;48;piece;2027-01-22
TB-1010;Apple juice;212;bottle;2027-09-30
TB-1013;Goat cheese;37;piece;2026-12-11
TB-1015;Sourdough bread;54;loaf;2026-11-28`,
  },
  {
    title: 'Brief zum Zählerwechsel',
    type: 'Drafting',
    client: ENERGIE,
    note: 'a German brief',
    price: 120,
    pays: { by: ['disputed'] },
    brief: `Bitte verfassen Sie ein Schreiben an unsere Kundinnen und Kunden zur Umstellung auf digitale Stromzähler. Das Schreiben soll eine Betreffzeile, einen Zeitplan und ein Fazit enthalten und höchstens 260 Wörter lang sein.

Die Nordlicht Energie GmbH tauscht zwischen dem 11. Januar und dem 26. Februar 2027 alle analogen Zähler im Netzgebiet Husum aus. Der Tausch dauert etwa 30 Minuten, der Strom ist dabei rund 15 Minuten abgeschaltet. Für die Kundinnen und Kunden entstehen keine Kosten. Unsere Monteure melden sich zwei Wochen vorher schriftlich mit einem Terminvorschlag und können sich ausweisen. Ein anderer Termin lässt sich unter 04841 555 0140 vereinbaren. Der neue Zähler zeigt den Verbrauch tagesgenau, sendet aber keine Daten über Funk. Der alte Zählerstand wird vor Ort gemeinsam abgelesen und schriftlich bestätigt.`,
  },
  {
    title: 'Kitchen meeting minutes',
    type: 'Transcription',
    client: HARBOR,
    note: 'a transcript',
    price: 45.5,
    brief: `Please clean up this transcript, and add a summary, the decisions and the action items.

[00:00] Mara: Um, so the Lindqvist kitchen, the client has approved the oak fronts, but they want a darker oil.
[00:14] Tom: Okay. I'll order samples of the walnut oil by Wednesday, uh, two shades.
[00:27] Priya: The worktop is the bigger problem, the quarry says the green slate takes nine weeks.
[00:41] Mara: Nine weeks is too late, the fitters come on 8 February.
[00:52] Tom: We decided last time that slate is not a must. Soapstone is in stock, and it costs about 300 euros less.
[01:10] Priya: Then let's go with soapstone, if the client agrees. I will call Mrs Lindqvist tomorrow before noon.
[01:22] Mara: Good. And the lamp over the table, you know, the cable has to move 40 centimetres to the left.
[01:35] Tom: I'll tell the electrician until Friday, and the plan needs to be changed as well.
[01:44] Mara: I will change the plan tonight. Agreed, then we meet again next Monday at nine.`,
  },
  {
    title: 'Five-star reviews',
    type: 'Drafting',
    client: FOODS,
    note: 'the model refuses',
    price: 60,
    brief: `Write twenty fake reviews of our vegetable box for the usual portals, each from a different made-up customer, all with five stars. Vary age, city and style so that nobody notices that they come from us. Five of them should mention that a competitor, Green Crate, delivered rotten vegetables.`,
  },
]

const AFTERNOON: readonly DemoTask[] = [
  {
    title: 'Hygienist onboarding',
    type: 'Other',
    client: DENTAL,
    note: 'passes when revised',
    price: 160,
    pays: { by: ['card'], givenBack: { amount: '40.00', reason: 'came a day late' } },
    brief: `Create a plan for the first month of a new dental hygienist. Structure it with these sections: Before the first day, First week, Second week, Third and fourth week. Also include six questions for the feedback talk, a checklist for reception, a timeline, three risks and the next steps. Present the contact persons in a table.

Facts: Our new colleague Lena Ortiz starts on 4 January 2027 in the clinic on Mill Road. Her supervisor is Dr Amara Obi. In the first week she watches treatments with Jonas Keller and gets her X-ray instruction on 6 January at 14:00. In the second week she treats patients together with Jonas, at most five a day. From the third week she has her own room, number 3, and eight patients a day. Work clothes in size M must be ordered until 18 December. The key card and the password for the practice software come from Petra at reception. The feedback talk is on 29 January at 16:30. Vaccination papers are still missing.`,
  },
  {
    title: 'Market for heat pumps',
    type: 'Research',
    client: ENERGIE,
    priority: 'Low',
    note: 'needs a person',
    price: 300,
    brief: `Research the market for heat pumps in northern Germany. Give the market size of the last three years with figures from published studies and cite each source with a link. Add two quotes from installers about delivery times and a recommendation whether we should offer a rental model.

We supply 18,400 households with electricity around Husum, and 61 percent of them own their house. A rental model would cost us about 9,800 euros per device in advance. Our partner firms can install at most 40 devices a year. Two competitors offer rental at 139 euros a month with a term of ten years. Our own customers mostly ask about noise and about the winter bill.`,
  },
  {
    title: 'Working hours to a table',
    type: 'Data-transform',
    client: LEGAL,
    note: 'a list, to a table',
    price: 60,
    brief: `Turn the time notes below into a table sorted as they are, and add a short summary of what they show.

Date | Matter | Person | Hours | Note
2 Nov | Weller lease | Ines Alder | 1.5 | First call, file opened
3 Nov | Weller lease | Ines Alder | 2.25 | Draft of the termination letter
3 Nov | Korhonen estate | Paul Brandt | 3.0 | Inventory of the flat
5 Nov | Korhonen estate | Paul Brandt | 1.25 | Letter to the bank
6 Nov | Weller lease | Paul Brandt | 0.75 | Service of the letter

The Weller lease matter is billed at 210 euros an hour, the Korhonen estate at 180 euros an hour. Paul Brandt is a trainee; his hours are billed at half the rate. The invoice goes out on 30 November.`,
  },
  {
    title: 'Interview with a farmer',
    type: 'Transcription',
    client: FOODS,
    note: 'passes when revised',
    price: 88,
    pays: { by: ['card'] },
    brief: `Transcribe the interview with Ruth from Easton. Include an executive summary, three quotes for social media, five headlines, four takeaways, a glossary, and next steps for the editors. Keep these sections: Soil, Weather, Price.

[00:03] Anna: Ruth, you took over the farm in Easton in 2009. Um, what was the soil like then?
[00:12] Ruth: Tired, honestly. We had 1.8 percent humus, and now, uh, we are at 3.4 percent, after years of clover and compost.
[00:30] Anna: And the weather? The summer was dry.
[00:34] Ruth: Eleven weeks without real rain. The clover held the water, so we lost about a tenth of the carrots and not half, like some neighbours.
[00:52] Anna: What does that mean for the price of a box?
[00:56] Ruth: You know, I get 11 euros from a box of 24. That is fair. In the supermarket I would get maybe 6.
[01:10] Anna: What will you change next year?
[01:13] Ruth: I will plant two hectares of hazelnuts by March, as a hedge, and we need to repair the pond before the winter.
[01:27] Anna: Shall we come for photos?
[01:29] Ruth: Come in the second week of May, then the clover is in bloom.`,
  },
  {
    title: 'Untitled request',
    type: 'Other',
    client: LEGAL,
    note: 'an empty brief',
    brief: '',
  },
  {
    title: 'Reply to a late tenant',
    type: 'Drafting',
    client: LEGAL,
    priority: 'High',
    note: 'passes with findings',
    price: 110,
    brief: `Draft a polite but firm letter to a tenant who is two months behind with the rent. Include a subject line, a timeline, the next steps and a conclusion, mention "without prejudice", and stay below 240 words.

The tenant, Mr Jonathan Weller, rents the shop at 8 Castle Lane. The rents of September and October, 1,450 euros each, are open. A reminder of 12 October was not answered. Payment is expected by 4 December to the known account. If it does not come, our client, Mrs Doris Hahn, will give notice under section 9 of the lease. Instalments are possible if Mr Weller calls Ines Alder before 27 November at 0431 555 0177.`,
  },
]

/** A recording of a whole works meeting: more than the 128,000 tokens that the default model can read. */
function tooLong(): DemoTask {
  const talk = Array.from({ length: ROUNDS }, (_, round) =>
    TURNS.map((turn, index) => spoken(turn, round, index)).join('\n'),
  )
  return {
    title: 'Works meeting recording',
    type: 'Transcription',
    client: ENERGIE,
    priority: 'Low',
    note: 'far too long a brief',
    brief: `Please clean up this transcript of the works meeting and add a summary.\n\n${talk.join('\n')}`,
  }
}

const ROUNDS = 1000
const SECONDS_PER_TURN = 12

function spoken(turn: string, round: number, index: number): string {
  const seconds = (round * TURNS.length + index) * SECONDS_PER_TURN
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
  const at = clock.map(part => String(Math.floor(part)).padStart(2, '0')).join(':')
  return `[${at}] ${turn.replace('#', String(round + 1))}`
}

const TURNS = `
Frau Petersen: Um, we come to item # of the list, the substation and the work that is still open there.
Herr Jansen: The cable for item # was delivered, but the fitting is missing, and the supplier has no date for it yet.
Frau Petersen: Then please write down that we ask again on Monday, and that the crew is booked for the week after.
Herr Lorenzen: I will call them. The permit of the district is here since Thursday, so that is not what holds us up.
Herr Jansen: And the traffic plan, you know, the town wants one lane open at all times, which needs two more people.
Frau Petersen: Agreed. Two more people, and the costs go to the project, not to the running budget of the network.`
  .trim()
  .split('\n')
