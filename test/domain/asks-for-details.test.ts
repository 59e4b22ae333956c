import { describe, expect, test } from 'vitest'
import { asksForDetails, wantsAsking } from '../../src/domain/asks-for-details.ts'

const ARTICLE =
  'Sourdough is older than any recipe for it. Flour and water, left alone, begin to ferment, and the bubbles that follow have raised bread for at least five thousand years. What has changed is how little patience we have for it: a loaf that used to take two days is now expected in two hours. This guide shows how to get the two days back without losing a weekend.'

describe('asks instead of working', () => {
  test.each([
    'Could you please provide more details about the topic, the target audience and the desired length of the article?',
    "I'd be happy to help! Please share the text you would like me to summarise.",
    "Sure! To get started, I'll need some more information:\n\n1. **Topic**: What is the article about?\n2. **Audience**: Who will read it, and what do they already know?\n3. **Length**: How many words do you need?\n4. **Tone**: Formal, friendly or humorous?\n\nOnce you provide these details, I can write the article right away.",
    "I'm sorry, but it looks like the transcript wasn't attached. Could you upload it again?",
    'Thank you for reaching out! I don’t have enough information to complete this task. What is the product, and who buys it?',
    'What would you like me to write about? Who is the audience?',
    'That sounds like a great project! Could you tell me a bit more about your brand and its values before I begin?',
    'Hello! How can I assist you today?',
    'I can definitely help you with your market research.\n\nHowever, I have a few questions first:\n\n- Which market are you interested in?\n- Which competitors should be covered?\n- A rough budget would be useful as well\n\nThe more you share, the better the result.',
    'Certainly! Please paste the CSV data here and specify which columns should be merged.',
    "It would help to know your industry. Here's what I need: the name of the company and the main products.",
    'Gerne helfe ich Ihnen! Könnten Sie mir bitte mehr Details zum gewünschten Thema und zur Zielgruppe geben?',
    'Vielen Dank für Ihre Anfrage. Bitte teilen Sie mir mit, welche Daten umgewandelt werden sollen.',
    'Natürlich! Dafür benötige ich noch einige Informationen:\n\n- Thema des Artikels\n- Gewünschte Länge\n- Zielgruppe\n\nSobald Sie mir diese Angaben schicken, lege ich los.',
    'Leider wurde kein Text mitgeschickt. Kannst du ihn mir bitte noch einmal senden?',
    'Um den Bericht zu schreiben, fehlen mir noch Angaben zum Zeitraum. Welche Quartale sind gemeint?',
    `Sure! To write this I need some more information:\n\n${'- The figures of each region for the last two years, by month\n'.repeat(6)}`,
    'Bitte nenne mir das Thema und die Zielgruppe.',
    'Hallo! Wie kann ich Ihnen heute helfen?',
    'Ich helfe dir gerne weiter. Ich brauche dafür allerdings noch ein paar Infos: Worum geht es, und für wen ist der Text?',
    'Würden Sie mir bitte die Aufnahme noch einmal zukommen lassen?',
    'Sehr gerne! Bitte senden Sie mir die Datei, die ich zusammenfassen soll.',
  ])('%s', output => {
    expect(asksForDetails(output)).toBe(true)
  })
})

describe('works', () => {
  test.each([
    ['an article', ARTICLE],
    ['an offer at the end', `${ARTICLE}\n\nPlease let me know if you would like a shorter version.`],
    ['a question at the end', `${ARTICLE}\n\nCould you tell me whether the tone fits your brand?`],
    [
      'a request at the end',
      `${ARTICLE}\n\nPlease share any additional details, and I will refine the text.`,
    ],
    [
      'a short work and a question',
      'Fresh bread, every morning.\n\nCould you tell me whether this fits your brand?',
    ],
    [
      'a short work and an offer',
      'Baked today. Gone today.\n\nIf you can share more details about your shop, I can tailor it.',
    ],
    [
      'a draft on assumptions',
      `Could you share more details about the audience? In the meantime, here is a first draft.\n\n${ARTICLE}`,
    ],
    [
      'a short draft on assumptions',
      'Could you share the audience? Meanwhile, here’s a line to start with: Fresh bread, every morning.',
    ],
    ['a question, then the whole work', `Could you provide more details about the tone?\n\n${ARTICLE}`],
    [
      'a list that is the work',
      `Could you share more about your goals? Blog ideas that fit a bakery of your size:\n${'- How to keep a sourdough starter alive over the holidays\n'.repeat(8)}`,
    ],
    [
      'a letter',
      'Subject: Your order 1042\n\nDear Ms Meyer,\n\nCould you please provide more details about the damage to the parcel?\n\nKind regards,\nAnna',
    ],
    [
      'a German letter',
      'Sehr geehrte Frau Meyer,\n\nbitte senden Sie uns die Unterlagen bis Freitag.\n\nMit freundlichen Grüßen\nAnna Schmidt',
    ],
    ['a note to a friend', 'Hi Tom,\n\ncould you send me the file by Friday?'],
    [
      'a letter without paragraphs',
      'Dear team,\ncould you please send me the file by Friday?\nKind regards\nAnna',
    ],
    ['a paragraph that ends in a request', `${ARTICLE} Could you tell me more about your own bread?`],
    ['a table', 'Please provide the following.\n\n| item | amount |\n|---|---|\n| flour | 2 kg |'],
    ['code', 'Please provide a name:\n```ts\nconst name = process.argv[2]\n```'],
    ['a rhetorical opening', `Tired of bland bread? You are not alone.\n\n${ARTICLE}`],
    ['a heading', `# What would you like to bake today?\n\n${ARTICLE}`],
    [
      'a finding of missing data',
      'No figures were provided by the authors for 2024. Sales in 2023 rose by 4 % to 12.1 million euros.',
    ],
    [
      'a German text with an offer',
      'Frisches Brot, jeden Morgen. Wir backen mit Mehl aus der Region und nehmen uns die Zeit, die ein guter Teig braucht.\n\nKönnten Sie mir sagen, ob der Ton passt?',
    ],
    [
      'a German draft',
      'Bitte nennen Sie mir noch die Zielgruppe. Hier ist schon einmal ein Entwurf: Frisches Brot, jeden Morgen.',
    ],
    ['JSON', '{"question": "Could you please provide more details?"}'],
    ['nothing', ''],
  ])('%s', (_, output) => {
    expect(asksForDetails(output)).toBe(false)
  })
})

test.each([
  ['Write five interview questions for a baker', true],
  ['Draft a survey about bread', true],
  ['A short message to the supplier', true],
  ['Eine Anfrage an den Vermieter', true],
  ['Schreibe eine Nachricht an Anna', true],
  ['Write a blog post about sourdough', false],
  ['Schreibe einen Artikel über Brot', false],
  ['A masked task about baskets', false],
])('the brief %j wants asking: %s', (brief, expected) => {
  expect(wantsAsking(brief)).toBe(expected)
})
