/** Configuration: what wins over what, and every fault at once, each with its place. */
import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { loadSettings, type LoadedSettings } from '../../src/settings/load.ts'
import { settingLeaves } from '../../src/settings/schema.ts'
import { configTemplate } from '../../src/settings/template.ts'
import { machine } from './support/machine.ts'

const FILE = '/home/ana/.config/echopilot/config.toml'

function load(toml: string | null, env: Readonly<Record<string, string>> = {}): LoadedSettings {
  return loadSettings(machine(toml === null ? {} : { [FILE]: toml }, env), null)
}

function failure(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it did not fail')
}

/** The faults as they are listed, one a line, without the head. */
function faults(toml: string, env: Readonly<Record<string, string>> = {}): string[] {
  const error = failure(() => load(toml, env))
  expect(error.kind).toBe('config')
  expect(error.hint).toBe('mend it, then try `echopilot config check`')
  const [head, ...lines] = error.message.split('\n')
  const count = lines.length === 1 ? 'a fault' : `${String(lines.length)} faults`
  expect(head).toBe(`the configuration ${FILE} has ${count}:`)
  return lines.map(line => line.trim())
}

test('with nothing configured every setting has its default', () => {
  const { settings, origins, path, fileExists } = load(null)
  expect(settings).toMatchObject({
    openai: { base_url: 'https://api.openai.com/v1', timeout_seconds: 300, service_tier: 'default' },
    generate: { model: 'gpt-4o' },
    judge: { model: 'gpt-4o-mini' },
    qa: { threshold: 80, band: 2, revisions: 1 },
    work: { concurrency: 4 },
    types: {},
    models: {},
  })
  expect({ path, fileExists }).toEqual({ path: FILE, fileExists: false })
  expect(new Set(Object.values(origins))).toEqual(new Set(['default']))
})

test('the environment wins over the file, the file over the default; each value knows where it came from', () => {
  const toml = 'allow_http_hosts = ["lan"]\n[qa]\nthreshold = 70\nband = 5\n'
  const env = {
    ECHOPILOT_QA_THRESHOLD: '90.5',
    ECHOPILOT_ALLOW_HTTP_HOSTS: 'a, b',
    OPENAI_BASE_URL: 'http://localhost:1/v1',
    ECHOPILOT_QA_LANGUAGE: '',
  }
  const { settings, origins } = load(toml, env)
  expect(settings.qa).toMatchObject({ threshold: 90.5, band: 5, revisions: 1, language: '' })
  expect(settings.allow_http_hosts).toEqual(['a', 'b'])
  expect(settings.openai.base_url).toBe('http://localhost:1/v1')
  expect(origins).toMatchObject({
    allow_http_hosts: 'environment ECHOPILOT_ALLOW_HTTP_HOSTS',
    'qa.threshold': 'environment ECHOPILOT_QA_THRESHOLD',
    'qa.band': 'file',
    'qa.revisions': 'default',
    // An empty variable is one that is not set.
    'qa.language': 'default',
    'openai.base_url': 'environment OPENAI_BASE_URL',
  })
})

/** Of settings without a default that take no address with a path. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'google.base_url': 'https://example.com',
  'mail.from': 'Ana <ana@example.com>',
}

test('every single setting can be set by its variable', () => {
  for (const leaf of settingLeaves()) {
    const example = EXAMPLES[leaf.key] ?? 'https://example.com/v1'
    const value = leaf.fallback === null ? example : [leaf.fallback].flat().map(String).join(',')
    if (value === '') continue
    expect(load(null, { [leaf.env]: value }).origins[leaf.key], leaf.key).toBe(`environment ${leaf.env}`)
  }
})

test('a file that is something else, such as a log, is not read anew for each of its lines', () => {
  expect(faults('12:00:00 all is well\n'.repeat(500))).toHaveLength(50)
})

test.each<[what: string, toml: string, expected: readonly string[]]>([
  ['a syntax error', '[qa]\nthreshold = 80\nband =\n', ['line 3: invalid value']],
  ['a string that does not end', 'a = "x\n', ['line 1: control characters are not allowed in strings']],
  [
    'a table twice',
    '[qa]\nband = 1\n[qa]\nband = 2\n',
    ['line 3: trying to redefine an already defined table or value'],
  ],
  ['an unknown table', '[qality]\nx = 1\n', ['line 1: qality: there is no such setting']],
  [
    'an unknown key',
    '\n[qa]\ntreshold = 3\n',
    ['line 3: qa.treshold: there is no such setting; did you mean "threshold"?'],
  ],
  [
    'an unknown key at the top',
    'alow_http_hosts = []',
    ['line 1: alow_http_hosts: there is no such setting; did you mean "allow_http_hosts"?'],
  ],
  [
    'an unknown type',
    '[types.Reserch]\nmodel = "x"',
    ['line 1: types.Reserch: there is no such setting; did you mean "Research"?'],
  ],
  [
    'an unknown key of a type',
    '[types.Research]\nmodl = "x"',
    ['line 2: types.Research.modl: there is no such setting; did you mean "model"?'],
  ],
  [
    'an unknown key of a model',
    '[models."llama3.2"]\nfre = true',
    ['line 2: models.llama3.2.fre: there is no such setting; did you mean "free"?'],
  ],
  [
    'a wrong type',
    '[qa]\nthreshold = "high"',
    ['line 2: qa.threshold: a number from 1 to 100 is wanted, not "high"'],
  ],
  [
    'a number out of range',
    '[work]\nconcurrency = 65',
    ['line 2: work.concurrency: a whole number from 1 to 64 is wanted, not 65'],
  ],
  [
    'a fraction where a whole number is wanted',
    '[qa]\nrevisions = 1.5',
    ['line 2: qa.revisions: a whole number from 0 to 5 is wanted, not 1.5'],
  ],
  [
    'a choice that is none',
    '[openai]\nservice_tier = "fast"',
    ['line 2: openai.service_tier: one of default, auto, flex, priority is wanted, not "fast"'],
  ],
  [
    'no URL',
    '[openai]\nbase_url = "api.openai.com"',
    ['line 2: openai.base_url: an address such as https://api.example.com is wanted, not "api.openai.com"'],
  ],
  [
    'a URL of another kind',
    '[openai]\nbase_url = "ftp://x/v1"',
    ['line 2: openai.base_url: an address such as https://api.example.com is wanted, not "ftp://x/v1"'],
  ],
  [
    'a table where a value is wanted',
    '[generate.model]\nname = "x"',
    ['line 1: generate.model: a text is wanted, not {"name":"x"}'],
  ],
  ['a value where a table is wanted', 'qa = 80', ['line 1: qa: a table is wanted, not 80']],
  ['a list of tables', '[[qa]]\nband = 1', ['line 1: qa: a table is wanted, not [{"band":1}]']],
  [
    'an empty item of a list',
    '[qa]\nbanned_terms = ["x", ""]',
    ['line 2: qa.banned_terms: a list of texts is wanted, without ""'],
  ],
  [
    'an inline table',
    'qa = { band = 99, bnd = 1 }',
    [
      'line 1: qa.band: a number from 0 to 20 is wanted, not 99',
      'line 1: qa.bnd: there is no such setting; did you mean "band"?',
    ],
  ],
  [
    'a dotted key',
    'qa.band = 1\nqa . threshold = 0',
    ['line 2: qa.threshold: a number from 1 to 100 is wanted, not 0'],
  ],
  [
    'quoted keys',
    '["qa"]\n\'band\' = 99\n["types"."Research"]\n"qa_target" = 0',
    [
      'line 2: qa.band: a number from 0 to 20 is wanted, not 99',
      'line 4: types.Research.qa_target: a number from 1 to 100 is wanted, not 0',
    ],
  ],
  [
    'a key in another table of the same name',
    '[judge]\nmodel = "x"\n[generate]\nmodel = 3',
    ['line 4: generate.model: a text is wanted, not 3'],
  ],
])('%s', (_what, toml, expected) => {
  expect(faults(toml)).toEqual(expected)
})

test('all faults are listed, in the order of their lines, those of variables first', () => {
  const toml = '[work]\nconcurrency = 0\n[judge]\nbase_url = "http://far.example/v1"\n[qa]\nbnd = 1\n'
  expect(faults(toml, { ECHOPILOT_QA_BAND: 'wide', OPENAI_BASE_URL: 'nonsense' })).toEqual([
    'openai.base_url (environment OPENAI_BASE_URL): an address such as https://api.example.com is wanted, not "nonsense"',
    'qa.band (environment ECHOPILOT_QA_BAND): a number from 0 to 20 is wanted, not "wide"',
    'line 2: work.concurrency: a whole number from 1 to 64 is wanted, not 0',
    'line 4: judge.base_url: plain http to far.example: use https, or add "far.example" to allow_http_hosts',
    'line 6: qa.bnd: there is no such setting; did you mean "band"?',
  ])
})

test('a variable that sets what the file has wrong mends it', () => {
  expect(load('[qa]\nband = 99\n', { ECHOPILOT_QA_BAND: '3' }).settings.qa.band).toBe(3)
})

test.each([
  'http://localhost:11434/v1',
  'http://127.0.0.1:8080/v1',
  'http://127.9.9.9/v1',
  'http://[::1]:1/v1',
  'https://far.example/v1',
  'http://model.lan:8000/v1',
])('%s may be reached', url => {
  expect(
    load(`allow_http_hosts = ["model.lan"]\n[openai]\nbase_url = "${url}"`).settings.openai.base_url,
  ).toBe(url)
})

test.each([
  ['http://far.example/v1', 'far.example'],
  ['http://localhost.far.example/v1', 'localhost.far.example'],
  ['http://127.0.0.1.far.example/v1', '127.0.0.1.far.example'],
  ['http://model.lan.evil/v1', 'model.lan.evil'],
  ['http://10.0.0.1/v1', '10.0.0.1'],
  ['HTTP://FAR.example/v1', 'far.example'],
])('%s may not: %s is neither this machine nor named', (url, host) => {
  expect(faults(`allow_http_hosts = ["model.lan"]\n[openai]\nbase_url = "${url}"`)).toEqual([
    `line 3: openai.base_url: plain http to ${host}: use https, or add "${host}" to allow_http_hosts`,
  ])
  expect(faults('', { ECHOPILOT_JUDGE_BASE_URL: url })).toEqual([
    `judge.base_url (environment ECHOPILOT_JUDGE_BASE_URL): plain http to ${host}: use https, or add "${host}" to allow_http_hosts`,
  ])
})

test('the file that was named must be there and readable; the default one need not', () => {
  const named = failure(() => loadSettings(machine({}), 'mine.toml'))
  expect(named).toMatchObject({
    kind: 'config',
    message: 'there is no configuration file /cwd/mine.toml (named by --config)',
  })
  const byVariable = failure(() => loadSettings(machine({}, { ECHOPILOT_CONFIG: '/x.toml' }), null))
  expect(byVariable.message).toBe('there is no configuration file /x.toml (named by ECHOPILOT_CONFIG)')
  const broken = failure(() =>
    loadSettings(machine({ '/x.toml': { broken: 'EACCES: permission denied' } }), '/x.toml'),
  )
  expect(broken).toMatchObject({
    kind: 'config',
    message: 'the configuration /x.toml cannot be read: EACCES: permission denied',
    hint: 'let it be read, or name another file with --config',
  })
  const latin1 = failure(() => loadSettings(machine({ '/x.toml': '# f\ufffdr' }), '/x.toml'))
  expect(latin1.message).toBe('the configuration /x.toml cannot be read: it is not UTF-8')
})

test('--config over ECHOPILOT_CONFIG over /etc over the home', () => {
  const toml = (band: number): string => `[qa]\nband = ${String(band)}\n`
  const files = {
    '/flag.toml': toml(1),
    '/env.toml': toml(2),
    '/etc/echopilot/config.toml': toml(3),
    [FILE]: toml(4),
    '/xdg/echopilot/config.toml': toml(5),
  }
  const env = { ECHOPILOT_CONFIG: '/env.toml' }
  const band = (
    all: Readonly<Record<string, string>>,
    variables: Readonly<Record<string, string>>,
    flag: string | null,
  ): number => loadSettings(machine(all, variables), flag).settings.qa.band
  expect(band(files, env, '/flag.toml')).toBe(1)
  expect(band(files, env, null)).toBe(2)
  expect(band(files, {}, null)).toBe(3)
  const { '/etc/echopilot/config.toml': _system, ...withoutSystem } = files
  expect(band(withoutSystem, { XDG_CONFIG_HOME: '/xdg' }, null)).toBe(5)
  expect(band(withoutSystem, { XDG_CONFIG_HOME: 'relative' }, null)).toBe(4)
})

test('the template is a valid file, and so is it with every default uncommented', () => {
  const template = configTemplate()
  expect(load(template)).toMatchObject({ settings: load(null).settings })
  const uncommented = template
    .split('\n# What one type')[0]
    ?.replaceAll(/^# (\w+ = (?!""|"…").*)$/gm, '$1')
    .concat('\n')
  const { settings, origins } = load(uncommented ?? '')
  expect(settings).toEqual(load(null).settings)
  const unset = settingLeaves().filter(leaf => leaf.fallback === null || leaf.fallback === '')
  const inFile = Object.entries(origins).filter(([, origin]) => origin === 'file')
  expect(inFile).toHaveLength(settingLeaves().length - unset.length)
})

test.each(['https://ana:s3cret@far.example/v1', 'https://s3cret@far.example/v1'])(
  'an address that holds a key is refused, and the key not shown: %s',
  url => {
    const why = 'an address without a user name and password is wanted, such as https://far.example'
    expect(faults(`[openai]\nbase_url = "${url}"`)).toEqual([`line 2: openai.base_url: ${why}`])
  },
)

test('a name before the host does not make it this machine', () => {
  expect(faults('[openai]\nbase_url = "http://127.0.0.1@far.example/v1"')).toContain(
    'line 2: openai.base_url: plain http to far.example: use https, or add "far.example" to allow_http_hosts',
  )
})
