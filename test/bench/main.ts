/**
 * The benchmarks: `npm run bench`, or with the names of sections, `npm run bench -- startup store`. Each prints
 * one table. A goal that is missed is a word in the table; only a measurement that broke ends with another
 * exit code than 0.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AUDIT } from './audit.ts'
import { IDLE } from './idle.ts'
import { INSTALL } from './install.ts'
import { MEMORY } from './memory.ts'
import { REPORTS } from './reports.ts'
import { SCAN } from './scan.ts'
import { STARTUP } from './startup.ts'
import { STORE } from './store.ts'
import type { Section } from './support/bench.ts'
import { installPacked } from './support/packed.ts'
import { table } from './support/table.ts'
import { TASKS } from './tasks.ts'
import { WEBHOOKS } from './webhooks.ts'

const SECTIONS: readonly Section[] = [
  STARTUP,
  IDLE,
  TASKS,
  STORE,
  AUDIT,
  REPORTS,
  WEBHOOKS,
  SCAN,
  MEMORY,
  INSTALL,
]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function chosen(names: readonly string[]): readonly Section[] {
  const unknown = names.find(name => !SECTIONS.some(section => section.name === name))
  if (unknown !== undefined) {
    throw new Error(`no such section: ${unknown} (there are ${SECTIONS.map(({ name }) => name).join(', ')})`)
  }
  return names.length === 0 ? SECTIONS : SECTIONS.filter(({ name }) => names.includes(name))
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { full: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const sections = chosen(positionals)
  const folder = mkdtempSync(join(tmpdir(), 'echopilot-bench-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('SIGINT', () => {
    remove()
    process.exit(130)
  })
  try {
    const [cpu] = cpus()
    say(`Node ${process.versions.node}, ${String(cpus().length)} x ${cpu?.model ?? 'unknown CPU'}`)
    const packed = await installPacked(join(folder, 'packed'))
    for (const section of sections) {
      say(`\n${section.name}: ${section.title}`)
      const own = join(folder, section.name)
      mkdirSync(own)
      const rows = await section.run({ folder: own, packed, full: values.full, say })
      say(table(rows).join('\n'))
    }
  } finally {
    remove()
  }
}

await main()
