/**
 * A machine of its own with a real systemd, booted in a container (systemd-nspawn) over a root file system that is
 * shared and never written to. It has no network but loopback. Killing the test kills it, and no mount stays: they are
 * in a mount namespace of its own.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { onTestFinished, vi } from 'vitest'
import type { Ended } from '../../support/child.ts'
import { collected, type Collected } from '../../support/collected.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Where the root file systems are that `.ci/run` makes, one a version of Debian. */
const ROOTS = process.env['SYSTEMD_ROOTS'] ?? '/var/cache/echopilot-roots'

/** Versions of Debian, each with a systemd of its own. */
export const SUITES = ['bookworm', 'trixie']

/** Whether there is something to boot. */
export function hasRoot(suite: string): boolean {
  return existsSync(join(ROOTS, suite, '.complete'))
}

/** A command that runs inside. */
export interface Session {
  readonly stdout: Collected
  readonly type: (text: string) => void
  /** The last that is typed. */
  readonly end: (text: string) => void
  readonly ended: Promise<Ended>
}

/** A booted machine. */
export interface Machine {
  /** Starts a line of a shell as root, in a unit of its own with a clean environment. */
  readonly start: (line: string) => Session
  /** Runs one to its end. */
  readonly run: (line: string, input?: string) => Promise<Ended>
  /** What it printed, where it ended well. */
  readonly ok: (line: string, input?: string) => Promise<string>
  /** Writes a file, folders and all. */
  readonly write: (path: string, text: string) => void
  /** Where a path of the machine is for this one. */
  readonly path: (inside: string) => string
  /** An orderly end, and another boot over what was written. */
  readonly reboot: () => Promise<void>
}

/** Folders that lie over each other, the uppermost first. */
export type Layers = readonly string[]

/** A line of a shell that mounts layers below a new one, for whoever runs it and for nobody else. */
function overlay(lower: Layers, upper: string): string {
  for (const name of ['up', 'work', 'root']) mkdirSync(join(upper, name), { recursive: true })
  const [up, work, root] = ['up', 'work', 'root'].map(name => join(upper, name))
  return `mount -t overlay overlay -o lowerdir=${lower.join(':')},upperdir=${up},workdir=${work} ${root}`
}

/**
 * Runs lines of a shell in a root that is not booted, in the folder /root, with the network of this machine. Files of
 * this machine are lent to it. Returns its layers.
 */
export async function installed(
  suite: string,
  lines: readonly string[],
  lent: Readonly<Record<string, string>>,
): Promise<Layers> {
  const base = join(ROOTS, suite)
  const upper = temporaryFolder()
  const root = join(upper, 'root')
  const script = [
    'set -e',
    overlay([base], upper),
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    `cp -L /etc/resolv.conf /etc/hosts ${root}/etc/`,
    `cp -L /etc/ssl/certs/ca-certificates.crt ${root}/etc/ssl/certs/`,
    // Packages are fetched once.
    `mkdir -p ${join(ROOTS, 'npm')} ${root}${FETCHED}`,
    `mount --bind ${join(ROOTS, 'npm')} ${root}${FETCHED}`,
    ...Object.entries(lent).flatMap(([path, file]) => [
      `touch ${root}${path}`,
      `mount --bind ${file} ${root}${path}`,
    ]),
    ...lines.map(line => `chroot ${root} /bin/sh -c ${quoted(`cd /root && ${line}`)}`),
  ].join('\n')
  const ended = await session([...ALONE, '/bin/sh', '-c', script], {
    HOME: '/root',
    npm_config_cache: FETCHED,
  }).ended
  if (ended.code !== 0) throw new Error(`it cannot be installed: ${ended.stdout}\n${ended.stderr}`)
  return [join(upper, 'up'), base]
}

const FETCHED = '/var/cache/npm'

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * Boots the layers below an empty one. One machine at a time, also where several runs share the roots: two of them would
 * take the same control groups for their own.
 */
export async function booted(layers: Layers): Promise<Machine> {
  const turn = session(['flock', '-o', join(ROOTS, '.booted'), 'sh', '-c', 'echo mine; exec cat'])
  await turn.stdout.matching(/mine/)
  const upper = temporaryFolder()
  const mount = overlay(layers, upper)
  neutral(join(upper, 'up'))
  let alive = await boot(mount, join(upper, 'root'))
  onTestFinished(async () => halted(alive))
  const start: Machine['start'] = line => session([...inside(alive.leader), '/bin/sh', '-c', line])
  const path: Machine['path'] = to => `/proc/${String(alive.leader)}/root${to}`
  const run: Machine['run'] = async (line, input = '') => {
    const { end, ended } = start(line)
    end(input)
    return ended
  }
  return {
    start,
    run,
    ok: async (line, input) => {
      const { code, stdout, stderr } = await run(line, input)
      if (code === 0) return stdout
      const journal = (await run('journalctl --no-pager -n 60')).stdout
      throw new Error(`${line} ended with ${String(code)}:\n${stdout}\n${stderr}\n${journal}`)
    },
    path,
    write: (to, text) => {
      const at = path(to)
      mkdirSync(dirname(at), { recursive: true })
      writeFileSync(at, text)
    },
    reboot: async () => {
      await halted(alive)
      alive = await boot(mount, join(upper, 'root'))
    },
  }
}

/** What makes a root one machine of its own: an empty id is given a new one, and is no first boot. */
function neutral(root: string): void {
  const texts = { 'machine-id': '', hostname: 'box\n', hosts: '127.0.0.1 localhost box\n', 'resolv.conf': '' }
  mkdirSync(join(root, 'etc'), { recursive: true })
  mkdirSync(join(root, 'var/log/journal'), { recursive: true })
  for (const [name, text] of Object.entries(texts)) {
    rmSync(join(root, 'etc', name), { force: true })
    writeFileSync(join(root, 'etc', name), text)
  }
}

interface Alive {
  readonly container: Session & { readonly child: Child }
  /** Its systemd, as this machine numbers it. */
  readonly leader: number
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const ALONE = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--']
/** Without the filter of bpf limits of addresses and devices would silently do nothing. */
const CONTAINER = [
  'setpriv --pdeathsig KILL systemd-nspawn --quiet --boot --machine=echopilot-test --register=no --keep-unit',
  '--private-network --settings=no --link-journal=no --resolv-conf=off --timezone=off',
  '--system-call-filter=bpf --console=pipe',
].join(' ')

async function boot(mount: string, root: string): Promise<Alive> {
  const wants = ['multi-user', 'timers', 'getty', 'sysinit', 'graphical'].map(
    name => `${root}/etc/systemd/system/${name}.target.wants/[!e]*`,
  )
  const script = `set -e\n${mount}\nrm -f ${wants.join(' ')}\nexec ${CONTAINER} --directory=${root}`
  const container = session([...ALONE, '/bin/sh', '-c', script], { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' })
  container.child.stdin.end()
  const { pid = 0 } = container.child
  const leader = await vi.waitFor(() => leaderOf(pid), { timeout: 60_000, interval: 50 })
  const state = await session([...entered(leader), 'systemctl', 'is-system-running', '--wait']).ended
  if (state.stdout.trim() === 'running') return { container, leader }
  throw new Error(`it did not boot: ${state.stdout}${state.stderr}`)
}

/** Its systemd is the only child of the container's process. */
function leaderOf(pid: number): number {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim()
  const isUp = /^\d+$/.test(children) && existsSync(`/proc/${children}/root/run/systemd/private`)
  if (!isUp) throw new Error('it is not up yet')
  return Number(children)
}

function entered(leader: number): string[] {
  return ['nsenter', `--target=${String(leader)}`, '-m', '-u', '-i', '-n', '-p', '-C', '--']
}

/** In a unit: with the true exit code, a clean environment, and an entry in the journal. */
function inside(leader: number): string[] {
  const unit = 'systemd-run --wait --pipe --collect --quiet --service-type=exec --working-directory=/root'
  return [...entered(leader), ...unit.split(' '), '-E', 'HOME=/root', '-E', 'LANG=C.UTF-8', '--']
}

/** An orderly end: the container hands SIGTERM on as a halt. */
async function halted({ container }: Alive): Promise<void> {
  container.child.kill('SIGTERM')
  await container.ended
}

/** Starts a program; it is killed when the test is over. */
function session(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Session & { readonly child: Child } {
  const child = spawn(program, args, { env: { PATH, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout = collected(child.stdout)
  const stderr = collected(child.stderr)
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => ({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
    stdout: stdout.text(),
    stderr: stderr.text(),
  }))
  child.stdin.on('error', () => {})
  onTestFinished(() => void child.kill('SIGKILL'))
  const type: Session['type'] = text => void child.stdin.write(text)
  return { child, stdout, ended, type, end: text => void child.stdin.end(text) }
}
