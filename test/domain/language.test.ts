import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { looksLike, FUNCTION_WORDS } from '../../src/domain/language.ts'

const SAMPLES = {
  en: 'Our small bakery has been part of the neighbourhood for more than thirty years. Every morning we bake bread from flour that is milled only a few miles away, and our customers can taste the difference. Visit us and see what a good loaf is like.',
  de: 'Unsere kleine Bäckerei gehört seit mehr als dreißig Jahren zum Viertel. Jeden Morgen backen wir Brot aus Mehl, das nur wenige Kilometer entfernt gemahlen wird, und unsere Kunden schmecken den Unterschied. Besuchen Sie uns und entdecken Sie, wie ein gutes Brot schmeckt.',
  fr: 'Notre petite boulangerie fait partie du quartier depuis plus de trente ans. Chaque matin, nous préparons le pain avec une farine qui est moulue dans les environs, et nos clients sentent la différence. Venez nous voir et goûtez des produits faits pour vous.',
  es: 'Nuestra pequeña panadería es parte del barrio desde hace más de treinta años. Cada mañana horneamos el pan con harina molida a pocos kilómetros, y los clientes notan la diferencia. Venga a vernos y descubra las recetas que hay en la casa, también los domingos.',
  it: 'Il nostro piccolo forno è parte del quartiere da più di trenta anni. Ogni mattina cuociamo il pane con la farina che si macina a pochi chilometri, e i clienti sono contenti della differenza. Venite a trovarci nel negozio e scoprite anche i dolci della casa.',
  pt: 'A nossa pequena padaria faz parte do bairro há mais de trinta anos. Todas as manhãs fazemos o pão com uma farinha moída a poucos quilómetros, e os clientes não deixam de notar a diferença. Venha visitar-nos e conheça também os bolos da casa, feitos com amor.',
  nl: 'Onze kleine bakkerij is al meer dan dertig jaar een deel van de buurt. Elke ochtend bakken wij het brood met meel dat op een paar kilometer van hier wordt gemalen, en onze klanten proeven het verschil. Kom langs en ontdek wat een goed brood is voor u.',
  pl: 'Nasza mała piekarnia jest częścią dzielnicy od ponad trzydziestu lat. Każdego ranka pieczemy chleb z mąki, która jest mielona kilka kilometrów stąd, i nasi klienci czują różnicę. Zapraszamy do nas po to, by zobaczyć, jak smakuje dobry chleb, oraz na kawę.',
  ru: 'Наша маленькая пекарня уже больше тридцати лет является частью района. Каждое утро мы печём хлеб из муки, которую мелют в нескольких километрах от нас, и наши покупатели чувствуют разницу. Приходите к нам и попробуйте, каким может быть хороший хлеб.',
  ja: '私たちの小さなパン屋は、三十年以上この町で親しまれてきました。毎朝、近くで挽いた小麦粉を使ってパンを焼いています。お客様にはその違いを味わっていただけます。ぜひ一度お越しください。',
  zh: '我们的小面包店在这个街区已经有三十多年了。每天早晨,我们用附近磨坊的面粉烤面包,客人都能尝出其中的不同。欢迎您来店里看看,品尝一下好面包的味道,也可以和我们聊聊天。',
} as const

const LANGUAGES = Object.keys(SAMPLES)
const PAIRS = Object.entries(SAMPLES).flatMap(([written, text]) =>
  LANGUAGES.map(asked => ({ written, asked, text })),
)

test.each(PAIRS)('$written text, $asked asked', ({ written, asked, text }) => {
  expect(looksLike(text, asked)).toBe(written === asked ? 'yes' : 'no')
})

test.each(['en-GB', 'EN', 'en_US', ' en '])('%j is English', tag => {
  expect(looksLike(SAMPLES.en, tag)).toBe('yes')
})

describe('unsure', () => {
  test.each([
    ['nothing', '', 'en'],
    ['a short text', 'Frisches Brot, jeden Morgen.', 'en'],
    ['an unknown language', SAMPLES.en, 'tlh'],
    ['a part of the programming language', SAMPLES.en, 'constructor'],
    ['an empty tag', SAMPLES.en, ''],
    ['two languages', `${SAMPLES.en}\n\n${SAMPLES.de}`, 'fr'],
    ['names only', 'Anna Schmidt, Pierre Dupont, Jan Kowalski, '.repeat(10), 'ru'],
    ['a table of figures', 'Umsatz 100 200 300 Kosten 50 60 70\n'.repeat(10), 'en'],
    ['a language it has no words of', 'Vores lille bageri har været en del af kvarteret. '.repeat(3), 'en'],
    ['English in a code block', `Kurz:\n\`\`\`\n${SAMPLES.en}\n\`\`\`\n`, 'de'],
    ['an unclosed code block', `Kurz:\n\`\`\`\n${SAMPLES.en}`, 'de'],
    ['a quotation', `Er schrieb: "${SAMPLES.en}"`, 'de'],
    ['a German quotation', `Er schrieb: „${SAMPLES.en}“`, 'de'],
    ['a quoted block', `Zitat:\n\n> ${SAMPLES.en}`, 'de'],
    ['inline code', `Kurz: \`${SAMPLES.en}\``, 'de'],
    ['Chinese among Japanese names', `${SAMPLES.zh}さくらやま・みどりや`, 'ja'],
    ['addresses', 'https://example.org/the-best-of-all-and-more-for-you-and-me '.repeat(10), 'de'],
  ])('%s', (_, text, asked) => {
    expect(looksLike(text, asked)).toBe('unsure')
  })
})

describe('judged without what is quoted', () => {
  test('German about an English text', () => {
    const text = `${SAMPLES.de}\n\n> ${SAMPLES.en} ${SAMPLES.en}\n\n\`\`\`\n${SAMPLES.en}\n\`\`\``
    expect(looksLike(text, 'de')).toBe('yes')
    expect(looksLike(text, 'en')).toBe('no')
  })
})

test.each([
  ['Greek', 'Το μικρό μας αρτοποιείο είναι μέρος της γειτονιάς εδώ και τριάντα χρόνια.', 'en'],
  ['Ukrainian', 'Наша маленька пекарня вже понад тридцять років є частиною району.', 'de'],
  ['Arabic', 'مخبزنا الصغير جزء من الحي منذ أكثر من ثلاثين عاما ونخبز كل صباح', 'ja'],
])('%s script is not that of %3$s', (_, text, asked) => {
  expect(looksLike(text, asked)).toBe('no')
})

test('each function word speaks for one language', () => {
  const words = Object.values(FUNCTION_WORDS).flatMap(list => list.split(' '))
  const twice = words.filter((word, index) => words.indexOf(word) !== index)
  expect(twice).toEqual([])
})

test('the verdict never contradicts itself: a text looks like one language at most', () => {
  const piece = fc.constantFrom(...Object.values(SAMPLES).flatMap(sample => sample.split(/(?<=[.。])/)))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const yes = LANGUAGES.filter(language => looksLike(pieces.join(' '), language) === 'yes')
      expect(yes.length).toBeLessThanOrEqual(1)
    }),
    { seed: 20_261_125 },
  )
})
