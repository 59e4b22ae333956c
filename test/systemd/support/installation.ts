/** EchoPilot on a booted machine, installed by the commands of the README, with the stand-ins of the services beside it. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { settingLeaves } from '../../../src/settings/schema.ts'
import { parseDocument, type Document } from '../../support/document.ts'
import { ROOT } from '../../support/root.ts'
import { booted, installed, type Machine } from './machine.ts'

/** The commands that the README gives for a real installation, in order, without their prompt. */
export function commandsOfReadme(): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const block = /<!-- for-real -->\n+```console\n(.*?)```/s.exec(readme)?.[1] ?? ''
  return block.split('\n').flatMap(line => (line.startsWith('# ') ? [line.slice(2)] : []))
}

/** Those that need a registry run before the machine boots. */
export function isOfPackages(command: string): boolean {
  return /^(?:apt-get|npm) /.test(command)
}

/** The packed program of this checkout. */
function tarball(): string {
  return execFileSync(process.execPath, [join(ROOT, '.build/pack.ts')], { encoding: 'utf8' }).trim()
}

/** A machine, its Notion, and the keys that its services take. */
export interface Office {
  readonly machine: Machine
  readonly keys: ReadonlyMap<string, string>
  /** The JSON document that a command prints. */
  readonly json: (command: string) => Promise<Document>
  /** Adds a row to the queue, ticked. */
  readonly tick: (title: string) => Promise<void>
  /** Has the model service answer its next call so much later. */
  readonly delayModel: (ms: number) => Promise<void>
  /** Starts the stand-ins, as after a reboot. */
  readonly openServices: () => Promise<void>
}

const SERVICES = '/srv/sandbox'

/** Boots a machine on which the package is installed, and opens the services. */
export async function openOffice(suite: string): Promise<Office> {
  const packed = tarball()
  const name = packed.slice(packed.lastIndexOf('/') + 1)
  const lines = commandsOfReadme().filter(isOfPackages)
  const machine = await booted(await installed(suite, lines, { [`/root/${name}`]: packed }))
  const openServices = async (): Promise<void> => {
    const { stdout, ended } = machine.start(`exec echopilot sandbox --dir ${SERVICES}`)
    const tooEarly = ended.then(({ stderr }) => {
      throw new Error(`the services ended: ${stderr}`)
    })
    await Promise.race([stdout.matching(/ECHOPILOT_STATE_DIR/), tooEarly])
  }
  await openServices()
  const keys = new Map(
    (await machine.ok(`cat ${SERVICES}/env.sh`)).split('\n').flatMap(line => {
      const [, variable = '', value = ''] = /^export (\w+)='(.*)'$/.exec(line) ?? []
      return variable === '' ? [] : [[variable, value] as const]
    }),
  )
  const hand = async (service: string, path: string, body: unknown): Promise<string> =>
    machine.ok(
      `curl --fail-with-body -sS -H 'content-type: application/json' --data-binary @- ${service}${path}`,
      JSON.stringify(body),
    )
  const url = (variable: string): string => new URL(keys.get(variable) ?? '').origin
  return {
    machine,
    keys,
    json: async command => parseDocument(await machine.ok(`${command} --json`)),
    tick: async title => {
      const values = { 'Task Name': title, Description: BRIEF, Trigger: true }
      await hand(url('NOTION_BASE_URL'), '/__sandbox/notion/rows', {
        data_source: 'Automation Queue',
        values,
      })
    },
    delayModel: async ms => {
      const fault = { match: { path: '/v1/chat/completions' }, action: { type: 'delay', ms } }
      await hand(url('OPENAI_BASE_URL'), '/__sandbox/faults', fault)
    },
    openServices,
  }
}

/** A brief that the stand-in works on and passes. */
export const BRIEF =
  'Compare three invoicing tools for a two-person agency, in a table. Tool A costs 12 euros a month, tool B 20 euros and tool C 9 euros.'

/** The configuration that has the services where they are here: what the stand-ins print for an environment. */
export function configOf({ keys }: Office): string {
  const lines = settingLeaves().flatMap(({ key, env, kind }) => {
    const value = keys.get(env)
    return value === undefined ? [] : [`${key} = ${written(kind, value)}\n`]
  })
  return lines.join('')
}

/** What stands in an environment, as TOML has it. */
function written(kind: string, value: string): string {
  if (kind === 'list') return JSON.stringify(value.split(','))
  return kind === 'number' ? value : JSON.stringify(value)
}

/** Types an answer to each question of a command at a terminal of its own. */
export async function atTerminal(
  { machine }: Office,
  command: string,
  answerTo: (question: string) => string,
): Promise<string> {
  const { stdout, type, ended } = machine.start(`exec script -qec ${JSON.stringify(command)} /dev/null`)
  const asked = new Set<string>()
  const watch = setInterval(() => {
    const questions = stdout.text().match(/[A-Z_a-z ]+ ?(?:\([^)]*\))?[:?](?: \[y\/N\])? $/g) ?? []
    const question = questions.at(-1)
    if (question === undefined || asked.has(question)) return
    asked.add(question)
    type(`${answerTo(question)}\r`)
  }, 50)
  const end = await ended
  clearInterval(watch)
  if (end.code === 0) return end.stdout
  throw new Error(`${command} ended with ${String(end.code)}:\n${end.stdout}${end.stderr}`)
}

/** Waits for something that a timer brings about. */
export async function eventually<T>(look: () => Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: 120_000, interval: 1000 })
}
