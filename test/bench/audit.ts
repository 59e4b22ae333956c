import { join } from 'node:path'
import { echopilot, newHome, type Bench, type Section } from './support/bench.ts'
import { interleaved, median } from './support/rounds.ts'
import { timed } from './support/run.ts'
import { duration, type Row } from './support/table.ts'

const ROUNDS = 5
const CLAIMS = 1_000
const APPENDED = 10_000
const VERIFIED = 1_000_000

/** What the audit chain costs each change, and reading all of a long one: the whole life of the process. */
export const AUDIT: Section = {
  name: 'audit',
  title: 'rows of the audit chain, against claiming a run and ending it',
  run: async bench => [...(await appendRows(bench)), await verifyRow(bench)],
}

async function appendRows(bench: Bench): Promise<Row[]> {
  const env = newHome(bench.folder)
  const script = bench.packed.script
  let folders = 0
  const newFolder = (): string => {
    folders += 1
    return join(bench.folder, `state-${String(folders)}`)
  }
  const msOf = async (...words: readonly string[]): Promise<number> =>
    Number((await timed({ words, env })).stdout)
  const ms = await interleaved(
    {
      claim: async () => {
        const stateDir = newFolder()
        await timed({ words: [script('fill-store'), 'queued', stateDir, String(CLAIMS)], env })
        return (await msOf(script('drive-store'), 'timed', 'rests', stateDir)) / CLAIMS
      },
      append: async () => (await msOf(script('append-audit'), newFolder(), String(APPENDED))) / APPENDED,
    },
    { rounds: ROUNDS, warmUp: 1 },
  )
  const [claim, append] = [median(ms.claim), median(ms.append)]
  return [
    { figure: 'claim + rest, with its row', measured: `${(claim * 1000).toFixed(1)} us`, ratio: 1 },
    {
      figure: 'a row of the audit chain',
      measured: `${(append * 1000).toFixed(1)} us`,
      ratio: append / claim,
      goal: { name: 'auditAppend', figure: append / claim },
    },
  ]
}

async function verifyRow(bench: Bench): Promise<Row> {
  const env = newHome(join(bench.folder, 'long'))
  const stateDir = env['ECHOPILOT_STATE_DIR'] ?? ''
  bench.say(`a chain of ${String(VERIFIED)} rows …`)
  await timed({ words: [bench.packed.script('append-audit'), stateDir, String(VERIFIED)], env })
  const { ms } = await timed(echopilot(bench, ['audit', 'verify'], env))
  return {
    figure: `audit verify, ${String(VERIFIED)} rows`,
    measured: duration(ms),
    goal: { name: 'auditVerify', figure: ms / 1000 },
  }
}
