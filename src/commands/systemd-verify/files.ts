import { proof, type ProofFacts } from '../../domain/proof.ts'
import { countText } from '../../kernel/text.ts'
import type { World } from '../../kernel/world.ts'
import { ACCOUNT } from '../../surfaces/timers/hardening.ts'
import { CONFIG_FOLDER, STATE_FOLDER } from '../../surfaces/timers/unit-file.ts'
import type { Plan } from '../systemd-plan/index.ts'
import { askSystem, unitName, UNITS } from '../systemd-units.ts'

const INSTALL = 'echopilot systemd install'

/** What can be told of files and folders: are they those of this program, and who may read and write them? */
export async function fileFindings(world: World, { files }: Plan): Promise<ProofFacts[]> {
  return [drift(world, files), await account(world), await stateFolder(world), await configuration(world)]
}

function drift({ files: disk }: Pick<World, 'files'>, files: Plan['files']): ProofFacts {
  const wrong = files.filter(({ change }) => change !== 'same')
  if (wrong.length === 0)
    return proof('proved', 'units', `${countText(files.length, 'file')} as this program has them`)
  const told = wrong.map(
    ({ path, change }) => `${path.startsWith(UNITS) ? unitName(path) : path} (${SAYS[change]})`,
  )
  const gone = startedBy(wrong.map(({ path }) => disk.readText(path) ?? '')).filter(
    path => !disk.exists(path),
  )
  const cannotStart =
    gone.length === 0 ? '' : `; they start ${gone.join(' and ')}, which is not there any more`
  const detail = `not as this program has them: ${told.join(', ')}${cannotStart}`
  return proof('failed', 'units', detail, INSTALL)
}

/** The Node and the program that units start, each once. */
function startedBy(units: readonly string[]): string[] {
  const lines = units.flatMap(text => [...text.matchAll(/^ExecStart=(\/\S+)(?: --\S+)* (\/\S+)/gm)])
  return [...new Set(lines.flatMap(([, node = '', program = '']) => [node, program]))]
}

const SAYS = { new: 'missing', changed: 'different', removed: 'of no job', same: '' } as const

async function account(world: World): Promise<ProofFacts> {
  const found = await askSystem(world, ['getent', 'passwd', ACCOUNT])
  return found === null
    ? proof('failed', 'account', `there is no user ${ACCOUNT}`, INSTALL)
    : proof('proved', 'account', `user ${ACCOUNT}, id ${found.split(':')[2] ?? 'unknown'}`)
}

/** Owner and mode as `echopilot 700`; null where there is nothing. */
async function ownerAndMode(world: World, path: string): Promise<string | null> {
  return (await askSystem(world, ['stat', '--format=%U %a', path]))?.trim() ?? null
}

async function stateFolder(world: World): Promise<ProofFacts> {
  const subject = 'state'
  const folder = await ownerAndMode(world, STATE_FOLDER)
  if (folder === null) return proof('failed', subject, `there is no ${STATE_FOLDER}`, INSTALL)
  if (folder !== `${ACCOUNT} 700`) {
    return proof('failed', subject, `${STATE_FOLDER} is of ${folder}, not of ${ACCOUNT} 700`, INSTALL)
  }
  for (const name of world.files.list(STATE_FOLDER)) {
    const path = `${STATE_FOLDER}/${name}`
    const found = await ownerAndMode(world, path)
    if (found !== null && !new RegExp(`^${ACCOUNT} \\d00$`).test(found)) {
      const mend = `chown -R ${ACCOUNT}: ${STATE_FOLDER} && chmod -R go= ${STATE_FOLDER}`
      return proof(
        'failed',
        subject,
        `${path} is of ${found}: others may read it, or units may not write it`,
        mend,
      )
    }
  }
  return proof('proved', subject, `${STATE_FOLDER} and what is in it are of ${ACCOUNT} alone`)
}

async function configuration(world: World): Promise<ProofFacts> {
  const path = `${CONFIG_FOLDER}/config.toml`
  const found = (await askSystem(world, ['stat', '--format=%U %G %a', path]))?.trim()
  if (found === undefined) return proof('proved', 'configuration', `there is no ${path}: the defaults`)
  const [, group = '', mode = ''] = found.split(' ')
  const isRead = /[4-7]$/.test(mode) || (group === ACCOUNT && /[4-7].$/.test(mode))
  return isRead
    ? proof('proved', 'configuration', `the units may read ${path}`)
    : proof(
        'failed',
        'configuration',
        `the units may not read ${path} (${found})`,
        `chgrp ${ACCOUNT} ${path} && chmod 640 ${path}`,
      )
}
