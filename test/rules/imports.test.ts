/** Who may import whom (CONTRIBUTING.md). */
import { expect, test } from 'vitest'
import { importsOf, sources, type Import } from './support/sources.ts'

/** What a part of src may import: parts of ours, parts of ours as types only, and packages. */
interface Allowed {
  readonly parts: readonly string[]
  readonly types?: readonly string[]
  readonly packages: readonly string[]
}

const NODE = 'node:'

/** Each service knows what all stand on, the roles, and how services are declared; never another service. */
const OF_SERVICES = [
  'kernel/',
  'domain/',
  'roles/',
  'outbox/deliverer.ts',
  'outbox/link-deliverer.ts',
  'integrations/service.ts',
]
/** Services that mails are sent by compose and deliver them alike. */
const OF_MAILERS = [...OF_SERVICES, 'outbox/mail-deliverer.ts', 'integrations/compose.ts']
const TYPES_OF_SERVICES = ['domain/', 'roles/', 'outbox/', 'settings/core.ts', 'store/']

/** The whole of the package loads half a second longer. */
const GOOGLE_APIS = ['gmail/index.js', 'gmail/v1.js', 'drive/index.js', 'drive/v3.js'].map(
  name => `googleapis/build/src/apis/${name}`,
)

/** By the longest beginning of the path. A part may always import itself. */
const MATRIX: Readonly<Record<string, Allowed>> = {
  'kernel/': { parts: [], packages: [NODE] },
  // A digest is a function of a text, as any rule is.
  'domain/': { parts: ['kernel/digest.ts'], packages: [] },
  'settings/': {
    parts: ['kernel/', 'domain/', 'integrations/index.ts'],
    types: ['integrations/service.ts'],
    packages: [NODE, 'smol-toml'],
  },
  'roles/': { parts: ['kernel/', 'domain/'], types: ['store/'], packages: [] },
  'store/': { parts: ['kernel/', 'domain/'], packages: [NODE, 'better-sqlite3'] },
  'integrations/stripe/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: ['stripe'] },
  'integrations/openai/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: ['openai'] },
  'integrations/notion/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: ['@notionhq/client'] },
  'integrations/google/': {
    parts: [...OF_MAILERS, 'outbox/file-deliverer.ts'],
    types: TYPES_OF_SERVICES,
    packages: ['node:path', 'google-auth-library', ...GOOGLE_APIS],
  },
  'integrations/smtp/': { parts: OF_MAILERS, types: TYPES_OF_SERVICES, packages: ['nodemailer'] },
  'integrations/mail-folder/': { parts: OF_MAILERS, types: TYPES_OF_SERVICES, packages: [NODE] },
  'integrations/file-folder/': {
    parts: [...OF_SERVICES, 'outbox/file-deliverer.ts'],
    types: TYPES_OF_SERVICES,
    packages: [NODE],
  },
  'integrations/compose.ts': { parts: ['domain/', 'kernel/'], packages: ['nodemailer/lib/mail-composer'] },
  'integrations/journal/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: [] },
  // For its types.
  'integrations/paypal/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: ['node:crypto'] },
  'integrations/pings/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: [] },
  'integrations/webhook/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: [] },
  'integrations/telegram/': { parts: OF_SERVICES, types: TYPES_OF_SERVICES, packages: [] },
  'integrations/service.ts': { parts: ['kernel/'], types: TYPES_OF_SERVICES, packages: [] },
  // The list: the only one who knows a vendor.
  'integrations/index.ts': { parts: ['domain/effect-kind.ts', 'integrations/'], packages: [] },
  'outbox/': { parts: ['kernel/', 'domain/'], types: ['store/', 'roles/'], packages: [] },
  'pipeline/': {
    parts: ['kernel/', 'domain/', 'outbox/', 'roles/', 'integrations/index.ts'],
    types: ['settings/', 'store/'],
    packages: [],
  },
  'operate/': {
    parts: ['kernel/', 'domain/', 'outbox/', 'pipeline/'],
    types: ['settings/', 'store/', 'roles/'],
    packages: [NODE],
  },
  'money/': {
    parts: ['kernel/', 'domain/'],
    types: ['roles/', 'store/'],
    packages: [],
  },
  'figures/': {
    parts: ['kernel/', 'domain/'],
    types: ['store/', 'pipeline/', 'outbox/', 'roles/'],
    packages: [],
  },
  'operations/': {
    parts: [
      'kernel/',
      'domain/',
      'settings/',
      'figures/',
      'pipeline/',
      'operate/',
      'money/',
      'outbox/',
      'printers/',
      'roles/',
      'integrations/index.ts',
    ],
    types: ['store/', 'integrations/service.ts'],
    packages: [NODE],
  },
  'surfaces/': {
    parts: ['kernel/', 'domain/', 'session/', 'printers/text.ts'],
    types: ['operations/define.ts'],
    packages: [NODE, 'commander'],
  },
  'surfaces/chat/': {
    parts: ['kernel/', 'domain/', 'printers/text.ts'],
    types: ['store/', 'roles/', 'session/', 'operations/define.ts'],
    packages: [],
  },
  'surfaces/http/': {
    parts: ['kernel/', 'domain/'],
    types: ['store/', 'roles/'],
    packages: [NODE, 'fastify'],
  },
  // Documents for people. The one place that knows colours.
  'printers/text.ts': { parts: ['kernel/'], packages: ['chalk'] },
  'printers/chart.ts': { parts: [], packages: ['d3-scale', 'd3-shape'] },
  'printers/pdf.ts': { parts: ['kernel/', 'printers/chart.ts'], packages: [NODE, 'pdfkit'] },
  'printers/html.ts': { parts: ['kernel/', 'domain/markdown/html.ts'], packages: [] },
  'commands/': {
    parts: [
      'kernel/',
      'domain/',
      'settings/',
      'figures/',
      'pipeline/',
      'outbox/',
      'roles/',
      'integrations/index.ts',
      'operations/',
      'printers/',
      'surfaces/',
      'session/',
      'sandbox/index.ts',
    ],
    types: ['store/'],
    packages: [NODE],
  },
  'sandbox/smtp/': { parts: ['sandbox/lib/'], packages: [NODE, 'smtp-server'] },
  'sandbox/': { parts: [], packages: [NODE, 'better-sqlite3'] },
  'session/': {
    parts: ['kernel/', 'domain/', 'settings/', 'store/', 'integrations/index.ts'],
    types: ['roles/', 'integrations/service.ts', 'operations/define.ts'],
    packages: [NODE],
  },
  'version.ts': { parts: ['kernel/', 'store/engine.ts', 'store/migrate.ts'], packages: [NODE] },
  'commit.ts': { parts: [], types: ['kernel/'], packages: [NODE] },
  'main.ts': { parts: [''], packages: [NODE] },
  // It loads the others, which are built.
  'compiled-code.ts': { parts: [], packages: [NODE] },
}

/** What operations may share beside the parts below them. */
const SHARED_BY_OPERATIONS = new Set([
  'operations/alert-decision.ts',
  'operations/decision.ts',
  'operations/define.ts',
  'operations/money-input.ts',
  'operations/refund-input.ts',
  'operations/report-input.ts',
  'operations/other-account.ts',
  'operations/work-input.ts',
])

function partOf(path: string): string {
  return (
    Object.keys(MATRIX)
      .filter(part => path.startsWith(part))
      .toSorted((a, b) => b.length - a.length)[0] ?? ''
  )
}

function isAllowed(path: string, { target, isPackage, typeOnly }: Import): boolean {
  const part = partOf(path)
  const { parts, types = [], packages } = MATRIX[part] ?? { parts: [], packages: [] }
  if (isPackage)
    return packages.some(name => (name.endsWith(':') ? target.startsWith(name) : target === name))
  if (part === 'operations/' && target.startsWith(part)) {
    return path === 'operations/index.ts' || SHARED_BY_OPERATIONS.has(target)
  }
  const own = part.endsWith('/') && target.startsWith(part)
  return (
    own ||
    parts.some(other => target.startsWith(other)) ||
    (typeOnly && types.some(other => target.startsWith(other)))
  )
}

test('every file is of a part that the matrix knows', () => {
  expect(sources().length).toBeGreaterThan(150)
  expect(
    sources()
      .filter(({ path }) => partOf(path) === '')
      .map(({ path }) => path),
  ).toEqual([])
})

test('every import is one that the matrix allows', () => {
  const all = sources().flatMap(source => importsOf(source).map(each => ({ path: source.path, each })))
  expect(all.length).toBeGreaterThan(500)
  const wrong = all.filter(({ path, each }) => !isAllowed(path, each))
  expect(
    wrong.map(({ path, each }) => `${path} imports ${each.target}${each.typeOnly ? ' (type)' : ''}`),
  ).toEqual([])
})

test('no integration imports another, and each SDK is loaded lazily, like colours', () => {
  const LAZY = new Set([
    'openai',
    '@notionhq/client',
    'stripe',
    'chalk',
    'google-auth-library',
    ...GOOGLE_APIS,
    'nodemailer',
    'nodemailer/lib/mail-composer',
  ])
  const wrong = sources().flatMap(source =>
    [...source.text.matchAll(/^import\s+(?!type\b)[^;]*?from\s+'([^']+)'/gm)]
      .filter(([, name = '']) => LAZY.has(name))
      .map(([statement]) => `${source.path}: ${statement}`),
  )
  expect(wrong).toEqual([])
})

test('imports of types say so', () => {
  // What is imported only as types is erased; the matrix relies on the word.
  expect(isAllowed('pipeline/x.ts', { target: 'store/index.ts', isPackage: false, typeOnly: false })).toBe(
    false,
  )
  expect(isAllowed('pipeline/x.ts', { target: 'store/index.ts', isPackage: false, typeOnly: true })).toBe(
    true,
  )
  expect(isAllowed('domain/x.ts', { target: 'node:fs', isPackage: true, typeOnly: false })).toBe(false)
  expect(isAllowed('operations/x.ts', { target: 'operations/y.ts', isPackage: false, typeOnly: true })).toBe(
    false,
  )
  expect(
    importsOf({ path: 'a/b.ts', text: "import {\n  x,\n} from '../c.ts'\nawait import('zod')\n", code: '' }),
  ).toEqual([
    { target: 'c.ts', isPackage: false, typeOnly: false },
    { target: 'zod', isPackage: true, typeOnly: false },
  ])
})
