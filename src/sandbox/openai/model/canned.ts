/** Texts for the briefs of the demo, written beforehand, so that its results read as work does. */
import { isJson } from './demands.ts'

/** What the model answers to a brief that it knows: its first draft, and what it makes of it when asked to revise. */
export interface CannedText {
  readonly draft: string
  readonly revision: string
}

/** The canned text for a brief without directives; undefined for any other brief than the demo's, or a changed one. */
export function cannedText(brief: string): CannedText | undefined {
  const found = CANNED.find(canned => brief.startsWith(canned.brief[0]) && brief.endsWith(canned.brief[1]))
  if (found === undefined) return undefined
  const draft = isJson(found.draft) ? found.draft : spaced(found.draft)
  return { draft, revision: found.added === undefined ? draft : `${draft}\n\n${spaced(found.added)}` }
}

/** The text with the empty lines that are left out below: between all its lines but those of a list or a table. */
function spaced(text: string): string {
  const [first = '', ...others] = text.trim().split('\n')
  return others.reduce((before, line) => {
    const last = before.slice(before.lastIndexOf('\n') + 1)
    return before + (/^[-|]/.test(line) && last[0] === line[0] ? '\n' : '\n\n') + line
  }, first)
}

interface Canned {
  /** How the brief begins and ends. */
  readonly brief: readonly [begins: string, ends: string]
  readonly draft: string
  /** What a revision adds. */
  readonly added?: string
}

const CANNED: readonly Canned[] = [
  {
    brief: ['Compare Calendo, Bookwise and Slotly', 'ends on 31 March.'],
    draft: `
# Booking tools for the three clinics
Bookwise is the one to take: it alone has a waiting list that fills gaps by itself, which is what matters most.
| Tool | Price per clinic and month | Reminders | Waiting list | Worth knowing |
| --- | --- | --- | --- | --- |
| Calendo | 29 euros | text messages, included | not known | no German interface |
| Bookwise | 45 euros | included | yes | support answers within one hour |
| Slotly | 19 euros | 6 cents each | no | the cheapest, until reminders are added |
## Risks
- Calendo has no German interface, so reception and patients may not take to it.
- Slotly looks cheap, but about 420 appointments a month in each clinic all need a paid reminder.
- The contract with the present tool ends on 31 March; a late start leaves the clinics without any tool.
## Recommendation
Bookwise, for all three clinics. Missed appointments are the biggest problem: 9 percent of patients do not show up, and a waiting list turns those gaps into treatments.`,
  },
  {
    brief: ['Write a newsletter to our customers', 'in front of the door.'],
    draft: `
**Subject line:** Our showroom reopens on Saturday, 21 March
Dear customers,
after six weeks of renovation the Harbor & Pine showroom at 14 Quay Street reopens on Saturday 21 March at 10:00, and we would love to show you around.
You will be the first to see our new oak dining collection, made in our own workshop from timber of the Pinewood valley. The first forty visitors take home a linen table runner.
Between 10:00 and 16:00 our designers Mara and Tom give free advice, twenty minutes for each of you. Coffee comes from the roastery next door, and delivery within the city is free until the end of April.
Parking is behind the building, and tram line 4 stops in front of the door.
## Call to action
Book your twenty minutes with Mara or Tom now: https://harborpine.example/advice
See you on the 21st, your team at Harbor & Pine`,
  },
  {
    brief: ['Draft the landing page for the new vegetable box.', 'https://tastybasket.example/box.'],
    draft: `
# Nine farms. Seven vegetables. One box.
Fresh from the region to your kitchen, once a week or whenever you like.
## The box
Each box holds seven kinds of seasonal vegetables from nine farms within 60 kilometres. It weighs about 5 kilograms and feeds two people for four days.
## How it works
Order by Tuesday noon, and your box arrives on Thursday between 15:00 and 20:00. The crates are collected and used again.
## Delivery area
We deliver in the city and in Millbrook, Easton and Farley.
## Price
24 euros, delivery included. Every fourth box costs 20 euros.`,
    added: `
## Headlines
- Nine farms. Seven vegetables. One box.
- Thursday is vegetable day
- Four days of dinner for two
- From the field next door to your door
- The box that takes a break when you do
## Benefits
- Seasonal and regional: nothing travels more than 60 kilometres.
- No planning: seven kinds of vegetables, chosen by the farms.
- No waste: crates are collected and used again.
- No subscription trap: a break is possible at any time with one click.
## FAQ
- **Can I pause?** Yes, at any time, with one click.
- **When must I order?** By Tuesday noon for the same week.
- **What does delivery cost?** Nothing, it is included.
## Call to action
Order your first box now: https://tastybasket.example/box`,
  },
  {
    brief: ['Convert the stock list below to JSON', 'loaf;2026-11-28'],
    draft: `[
  { "sku": "TB-1001", "product": "Carrots, bunched", "quantity": 140, "unit": "bunch", "best_before": "2026-12-04" },
  { "sku": "TB-1002", "product": "Celeriac", "quantity": 65, "unit": "piece", "best_before": "2027-01-10" },
  { "sku": "TB-1007", "product": "Red cabbage", "quantity": 48, "unit": "piece", "best_before": "2027-01-22" },
  { "sku": "TB-1010", "product": "Apple juice", "quantity": 212, "unit": "bottle", "best_before": "2027-09-30" },
  { "sku": "TB-1013", "product": "Goat cheese", "quantity": 37, "unit": "piece", "best_before": "2026-12-11" },
  { "sku": "TB-1015", "product": "Sourdough bread", "quantity": 54, "unit": "loaf", "best_before": "2026-11-28" }
]`,
  },
  {
    brief: ['Bitte verfassen Sie ein Schreiben an unsere Kundinnen und Kunden', 'schriftlich bestätigt.'],
    draft: `
**Betreffzeile:** Ihr neuer digitaler Stromzähler – kostenlos und in 30 Minuten
Sehr geehrte Kundinnen und Kunden,
die Nordlicht Energie GmbH tauscht alle analogen Zähler im Netzgebiet Husum gegen digitale aus. Für Sie entstehen keine Kosten.
## Zeitplan
- 11. Januar bis 26. Februar 2027: Austausch aller analogen Zähler im Netzgebiet.
- Zwei Wochen vor dem Tausch: Unsere Monteure melden sich schriftlich mit einem Terminvorschlag. Sie können sich ausweisen.
- Am Tag selbst: Der Tausch dauert etwa 30 Minuten, der Strom ist rund 15 Minuten abgeschaltet. Der alte Zählerstand wird vor Ort gemeinsam abgelesen und schriftlich bestätigt.
Passt der Vorschlag nicht, lässt sich unter 04841 555 0140 ein anderer Termin vereinbaren.
## Fazit
Der neue Zähler zeigt Ihnen den Verbrauch tagesgenau und sendet keine Daten über Funk. Sie müssen nichts weiter tun, als uns zum vereinbarten Termin die Tür zu öffnen.
Mit freundlichen Grüßen
Nordlicht Energie GmbH`,
  },
  {
    brief: ['Please clean up this transcript, and add a summary', 'meet again next Monday at nine.'],
    draft: `
# Lindqvist kitchen: minutes
## Summary
The client has approved the oak fronts but wants a darker oil. Green slate for the worktop would come too late for the fitters, so soapstone takes its place if the client agrees. The lamp cable moves 40 centimetres to the left.
## Decisions
- Soapstone instead of green slate, if the client agrees: it is in stock and costs about 300 euros less.
- The oak fronts stay, with a darker oil.
- Next meeting: next Monday at nine.
## Action items
- **Tom:** order samples of the walnut oil in two shades, by Wednesday; tell the electrician about the cable, until Friday.
- **Priya:** call Mrs Lindqvist tomorrow before noon.
- **Mara:** change the plan tonight.
## Transcript
- **Mara** (00:00): The Lindqvist kitchen: the client has approved the oak fronts, but they want a darker oil.
- **Tom** (00:14): I'll order samples of the walnut oil by Wednesday, two shades.
- **Priya** (00:27): The worktop is the bigger problem. The quarry says the green slate takes nine weeks.
- **Mara** (00:41): Nine weeks is too late, the fitters come on 8 February.
- **Tom** (00:52): We decided last time that slate is not a must. Soapstone is in stock, and it costs about 300 euros less.
- **Priya** (01:10): Then let's go with soapstone, if the client agrees. I will call Mrs Lindqvist tomorrow before noon.
- **Mara** (01:22): Good. And for the lamp over the table the cable has to move 40 centimetres to the left.
- **Tom** (01:35): I'll tell the electrician until Friday, and the plan needs to be changed as well.
- **Mara** (01:44): I will change the plan tonight. Agreed, then we meet again next Monday at nine.`,
  },
  {
    brief: ['Create a plan for the first month of a new dental hygienist.', 'papers are still missing.'],
    draft: `
# The first month of Lena Ortiz
Lena Ortiz starts on 4 January 2027 in the clinic on Mill Road. Her supervisor is Dr Amara Obi.
## Before the first day
Order work clothes in size M until 18 December, and ask Lena for her vaccination papers: they are still missing.
## First week
Lena watches treatments with Jonas Keller. On 6 January at 14:00 she gets her X-ray instruction.
## Second week
Lena treats patients together with Jonas, at most five a day.
## Third and fourth week
Lena has her own room, number 3, and eight patients a day.`,
    added: `
## Timeline
- 18 December: work clothes are ordered.
- 4 January: first day; Petra hands over the key card and the password for the practice software.
- 6 January, 14:00: X-ray instruction.
- 29 January, 16:30: feedback talk.
## Checklist for reception
- Key card and password for the practice software are ready (Petra).
- Room number 3 is free from the third week.
- No more than five, later eight patients a day are booked for Lena.
## Questions for the feedback talk
- Which treatments do you feel sure in?
- Where do you still want Jonas beside you?
- Are eight patients a day too many, or too few?
- Does the practice software help or hinder you?
- What did nobody tell you that you had to find out?
- What shall we do better for the next colleague?
## Contact persons
| Person | For what |
| --- | --- |
| Dr Amara Obi | supervisor |
| Jonas Keller | treatments in the first two weeks |
| Petra | reception, key card, password |
## Risks
- Without vaccination papers Lena may not treat anybody.
- Jonas has no stand-in should he fall ill.
- Clothes ordered late arrive after the holidays.
## Next steps
- Ask for the vaccination papers today.
- Order the work clothes.
- Book the X-ray instruction and the feedback talk in everybody's calendar.`,
  },
  {
    brief: ['Research the market for heat pumps', 'about the winter bill.'],
    draft: `
# Heat pumps in northern Germany
Published figures cannot be given here: the brief names no source, and nothing outside it could be looked up. What follows rests on your own numbers.
## What is known
- You supply 18,400 households with electricity around Husum; 61 percent of them own their house.
- Two competitors offer rental at 139 euros a month with a term of ten years.
- Your customers mostly ask about noise and about the winter bill.
## Recommendation
Offer a rental model as a small trial. It costs about 9,800 euros per device in advance, and your partner firms can install at most 40 devices a year: the trial is limited by fitters, not by demand.`,
    added: `
## What is missing
Market size and quotes from installers were asked for. They are left out rather than invented: a person with access to studies must add them.`,
  },
  {
    brief: ['Turn the time notes below into a table', 'on 30 November.'],
    draft: `
| Date | Matter | Person | Hours | Note |
| --- | --- | --- | --- | --- |
| 2 Nov | Weller lease | Ines Alder | 1.5 | First call, file opened |
| 3 Nov | Weller lease | Ines Alder | 2.25 | Draft of the termination letter |
| 3 Nov | Korhonen estate | Paul Brandt | 3.0 | Inventory of the flat |
| 5 Nov | Korhonen estate | Paul Brandt | 1.25 | Letter to the bank |
| 6 Nov | Weller lease | Paul Brandt | 0.75 | Service of the letter |
## Summary
Two matters are billed: the Weller lease at 210 euros an hour, the Korhonen estate at 180 euros an hour. Paul Brandt is a trainee, so his hours are billed at half the rate. The invoice goes out on 30 November.`,
  },
  {
    brief: ['Transcribe the interview with Ruth from Easton.', 'then the clover is in bloom.'],
    draft: `
# Ruth from Easton: an interview
## Soil
- **Anna** (00:03): Ruth, you took over the farm in Easton in 2009. What was the soil like then?
- **Ruth** (00:12): Tired, honestly. We had 1.8 percent humus, and now we are at 3.4 percent, after years of clover and compost.
## Weather
- **Anna** (00:30): And the weather? The summer was dry.
- **Ruth** (00:34): Eleven weeks without real rain. The clover held the water, so we lost about a tenth of the carrots and not half, like some neighbours.
## Price
- **Anna** (00:52): What does that mean for the price of a box?
- **Ruth** (00:56): I get 11 euros from a box of 24. That is fair. In the supermarket I would get maybe 6.
- **Anna** (01:10): What will you change next year?
- **Ruth** (01:13): I will plant two hectares of hazelnuts by March, as a hedge, and we need to repair the pond before the winter.
## Photos
- **Ruth** (01:29): Come in May, then the clover is in bloom.
## Quotes
- “Tired, honestly.”
- “The clover held the water.”
- “I get 11 euros from a box of 24. That is fair.”`,
    added: `
## Executive summary
Since 2009 Ruth has brought a tired farm in Easton back to life: clover and compost raised the humus from 1.8 to 3.4 percent, and the clover saved most of the carrots in a summer of eleven weeks without rain.
## Headlines
- The clover that saved the carrots
- Eleven weeks without rain
- What a fair price is
- From tired soil to 3.4 percent
- Hazelnuts for a hedge
## Takeaways
- Clover and compost build soil, but it takes years.
- Soil that holds water pays in a dry summer.
- A box pays the farm more than the supermarket does.
- Next come hazelnuts, and the repair of the pond.
## Glossary
- **Humus:** the part of the soil that once was alive; it holds water.
- **Clover:** a plant that feeds the soil between two crops.
## Next steps
- Check the quotes with Ruth before they are posted.
- Plan the photos for the second week of May.`,
  },
  {
    brief: ['Draft a polite but firm letter to a tenant', 'at 0431 555 0177.'],
    draft: `
**Subject line:** Shop at 8 Castle Lane: rents of September and October
Dear Mr Weller,
without prejudice to any further claim we write on behalf of our client, Mrs Doris Hahn. The rents of September and October, 1,450 euros each, are open, and our reminder of 12 October was not answered.
## Timeline
- 12 October: reminder, not answered.
- Before 27 November: call us if you need to pay in instalments.
- 4 December: the payment is expected, to the known account.
## Next steps
- Pay both rents, or call Ines Alder at 0431 555 0177 and agree on instalments.
- If neither happens, Mrs Hahn will give notice under section 9 of the lease.
We would rather settle this with you than end the lease, and look forward to your payment.
Yours sincerely,
Alder Legal`,
  },
]
