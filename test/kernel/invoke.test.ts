import { expect, test } from 'vitest'
import { AppError, asAppError, OUTCOMES, unreachable, type Outcome } from '../../src/kernel/errors.ts'
import { realClock } from '../../src/kernel/real-world.ts'
import { newId } from '../../src/kernel/ids.ts'
import { textField, wholeNumberField, withDefault } from '../../src/kernel/field.ts'
import { invoke, invokeSlot, type Locks, type Recorder } from '../../src/kernel/invoke.ts'
import { commandOf, schemaOf, type Operation } from '../../src/kernel/operation.ts'

/** A recorder that writes down what it was told. */
function recorder(
  refuse: 'begin' | 'end' | null = null,
  done = false,
): Recorder & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    begin: async (name, actor) => {
      if (refuse === 'begin') throw new AppError('store', 'cannot begin', 'what to do')
      lines.push(`begin ${name} by ${actor}`)
      return 'rec_1'
    },
    beginSlot: async (name, actor, { job, slotMs }) => {
      if (done) return null
      lines.push(`begin ${name} by ${actor} for ${job} ${slotMs}`)
      return 'rec_1'
    },
    endIdle: async id => {
      lines.push(`end ${id} idle`)
    },
    end: async (id, outcome, message, counts) => {
      if (refuse === 'end') throw new AppError('store', 'cannot end', 'what to do')
      lines.push(
        `end ${id} ${outcome} ${message ?? '–'}${counts === null ? '' : ` ${counts.done}/${counts.failed}`}`,
      )
    },
  }
}

function operation(run: () => unknown, access: Operation<null>['access'] = 'write'): Operation<null> {
  return {
    path: ['task', 'add'],
    summary: 'Add',
    input: { limitMs: wholeNumberField('limit', 1), name: withDefault(textField('name'), 'x') },
    needs: {},
    access,
    scope: 'operate',
    run: async () => run(),
    render: () => [],
    outcome: result => (result === 'partly' ? 'partial' : 'ok'),
  }
}

const call = {
  actor: 'cli:ana',
  dryRun: false,
  confirmed: false,
  stop: new AbortController().signal,
}

/** What is opened for a call: nothing but a recorder, and locks where the test is about them. */
function opening(to: Recorder, locks: Locks | null = null) {
  return { open: async () => ({ recorder: to, locks, context: () => null }) }
}

const GOOD = { limitMs: 5 }

test('what changes something is written down, before and after', async () => {
  const to = recorder()
  expect(
    await invoke(
      operation(() => 'done'),
      GOOD,
      { ...call, ...opening(to) },
    ),
  ).toEqual({ result: 'done', outcome: 'ok' })
  expect(
    (
      await invoke(
        operation(() => 'partly'),
        GOOD,
        { ...call, ...opening(to) },
      )
    ).outcome,
  ).toBe('partial')
  expect(to.lines).toEqual([
    'begin task add by cli:ana',
    'end rec_1 ok –',
    'begin task add by cli:ana',
    'end rec_1 partial –',
  ])
})

test('how many items it handled is recorded where it counts', async () => {
  const to = recorder()
  const counting = { ...operation(() => 'three'), counts: () => ({ done: 2, failed: 1 }) }
  await invoke(counting, GOOD, { ...call, ...opening(to) })
  expect(to.lines).toEqual(['begin task add by cli:ana', 'end rec_1 ok – 2/1'])
})

test('what only reads, or is only tried, is not', async () => {
  const to = recorder()
  await invoke(
    operation(() => 1, 'read'),
    GOOD,
    { ...call, ...opening(to) },
  )
  await invoke(
    operation(() => 1),
    GOOD,
    { ...call, ...opening(to), dryRun: true },
  )
  expect(to.lines).toEqual([])
})

test('a failure is written down with its kind, and is what the caller hears of', async () => {
  const fail = (): never => {
    throw new AppError('refused', 'no', 'what to do')
  }
  const to = recorder()
  await expect(invoke(operation(fail), GOOD, { ...call, ...opening(to) })).rejects.toMatchObject({
    kind: 'refused',
    message: 'no',
  })
  expect(to.lines[1]).toBe('end rec_1 refused no')
  const broken = invoke(
    operation(() => {
      throw new TypeError('x is not a function')
    }),
    GOOD,
    { ...call, ...opening(to) },
  )
  await expect(broken).rejects.toMatchObject({ kind: 'bug', message: 'internal error: x is not a function' })
})

test('where the store is what fails, its failure is told, not that it could not be written down', async () => {
  const fail = (): never => {
    throw new AppError('store', 'disk full', 'what to do')
  }
  await expect(invoke(operation(fail), GOOD, { ...call, ...opening(recorder('end')) })).rejects.toThrow(
    'disk full',
  )
  await expect(
    invoke(
      operation(() => 1),
      GOOD,
      { ...call, ...opening(recorder('begin')) },
    ),
  ).rejects.toThrow('cannot begin')
})

test('a wrong input names the flag and is not written down', async () => {
  const to = recorder()
  const wrong = invoke(
    operation(() => 1),
    { limitMs: '0', name: 3 },
    { ...call, ...opening(to) },
  )
  await expect(wrong).rejects.toMatchObject({ kind: 'usage', hint: 'echopilot help task add' })
  await expect(wrong).rejects.toThrow(/^--limit-ms: .*; --name: /)
  expect(to.lines).toEqual([])
})

test('what is exclusive runs once at a time, and hears that it lost its lock', async () => {
  const to = recorder()
  const lost = new AbortController()
  const stops: AbortSignal[] = []
  const free: Locks = { hold: async (_, work) => ({ kind: 'ran', value: await work(lost.signal) }) }
  const taken: Locks = { hold: async () => ({ kind: 'held', holder: 'pid 77 on this machine', sinceMs: 0 }) }
  const exclusive = { ...operation(() => 1), exclusive: true } as const
  const open = (locks: Locks) => async () => ({
    ...(await opening(to, locks).open()),
    context: (stop: AbortSignal) => (stops.push(stop), null),
  })
  expect((await invoke(exclusive, GOOD, { ...call, open: open(free) })).result).toBe(1)
  lost.abort()
  expect(stops.map(({ aborted }) => aborted)).toEqual([true])
  await expect(invoke(exclusive, GOOD, { ...call, open: open(taken) })).rejects.toMatchObject({
    kind: 'busy',
    message: 'task add runs already (pid 77 on this machine, since 1970-01-01 00:00:00 UTC)',
  })
  // A plan changes nothing, and what was refused did not begin.
  await invoke(exclusive, GOOD, { ...call, dryRun: true, open: open(taken) })
  expect(to.lines).toEqual(['begin task add by cli:ana', 'end rec_1 ok –'])
})

test('for a slot: recorded with it, idle runs apart, and nothing where it is done', async () => {
  const slot = { job: 'tidy', slotMs: 60_000, ends: ['ok'] } as const
  const wait = async (): Promise<boolean> => false
  const idle = { ...operation(() => 'idle'), isIdle: (result: unknown) => result === 'idle' }
  const to = recorder()
  await invokeSlot(idle, GOOD, { ...call, ...opening(to) }, { slot, wait })
  await invokeSlot({ ...idle, run: async () => 'work' }, GOOD, { ...call, ...opening(to) }, { slot, wait })
  await invokeSlot({ ...idle, outcome: () => 'busy' }, GOOD, { ...call, ...opening(to) }, { slot, wait })
  await invoke(idle, GOOD, { ...call, ...opening(to) })
  expect(to.lines).toEqual([
    'begin task add by cli:ana for tidy 60000',
    'end rec_1 idle',
    'begin task add by cli:ana for tidy 60000',
    'end rec_1 ok –',
    'begin task add by cli:ana for tidy 60000',
    'end rec_1 busy –',
    'begin task add by cli:ana',
    'end rec_1 ok –',
  ])
  const done = recorder(null, true)
  const never = operation(() => expect.unreachable('it ran'))
  expect(await invokeSlot(never, GOOD, { ...call, ...opening(done) }, { slot, wait })).toBeNull()
})

test('the end of another run is waited for as long as it is worth it', async () => {
  const slot = { job: 'tidy', slotMs: 60_000, ends: ['ok'] } as const
  const exclusive = { ...operation(() => 1), exclusive: true } as const
  let holds = 3
  const locks: Locks = {
    hold: async (_, work) => {
      holds -= 1
      if (holds > 0) return { kind: 'held', holder: 'process 77', sinceMs: 0 }
      return { kind: 'ran', value: await work(new AbortController().signal) }
    },
  }
  const ask = (wait: () => Promise<boolean>) =>
    invokeSlot(exclusive, GOOD, { ...call, ...opening(recorder(), locks) }, { slot, wait })
  await expect(ask(async () => false)).rejects.toMatchObject({ kind: 'busy' })
  expect((await ask(async () => true))?.result).toBe(1)
})

test('what cannot be undone opens nothing until it is confirmed, but for its plan', async () => {
  const ran: string[] = []
  const final = operation(() => ran.push('ran'), 'irreversible')
  const never = { open: () => Promise.reject(new Error('opened')) }
  await expect(invoke(final, GOOD, { ...call, ...never })).rejects.toMatchObject({
    kind: 'refused',
    hint: 'see what it would do with --dry-run, then run the same command with --yes',
  })
  expect(ran).toEqual([])
  const to = recorder()
  await invoke(final, GOOD, { ...call, ...opening(to), dryRun: true })
  await invoke(final, GOOD, { ...call, ...opening(to), confirmed: true })
  expect([ran.length, to.lines.length]).toEqual([2, 2])
})

test('names of commands and documents', () => {
  expect(commandOf(['task', 'add'])).toBe('task add')
  expect(schemaOf(['task', 'add'])).toBe('echopilot.task.add/1')
})

test('exit codes are those of sysexits.h, each once', () => {
  const exits = Object.entries(OUTCOMES).map(([kind, { exit }]) => [kind, exit] as const)
  expect(Object.fromEntries(exits) satisfies Record<string, number>).toEqual({
    ok: 0,
    failed: 1,
    partial: 3,
    usage: 64,
    refused: 65,
    missing: 66,
    provider: 69,
    bug: 70,
    store: 74,
    busy: 75,
    denied: 77,
    config: 78,
  } satisfies Record<Outcome, number>)
})

test('anything thrown becomes one of ours', () => {
  const ours = new AppError('busy', 'x', 'what to do')
  expect(asAppError(ours)).toBe(ours)
  expect(asAppError('text')).toMatchObject({ kind: 'bug', message: 'internal error: text' })
  const file = Object.assign(new Error("ENOTDIR: not a directory, mkdir '/a/b'"), { code: 'ENOTDIR' })
  expect(asAppError(file)).toMatchObject({
    kind: 'store',
    message: "a file or folder cannot be used: ENOTDIR: not a directory, mkdir '/a/b'",
    hint: 'check the path, its permissions and the room on the disk, then run the same command again',
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the compiler rules out
  expect(() => unreachable('x' as never)).toThrow('unexpected value "x"')
})

test('ids sort by time, and are made of time and chance alone', () => {
  const at = (ms: number, byte: number): string =>
    newId('task', {
      clock: { ...realClock(), now: () => ms },
      random: { bytes: n => new Uint8Array(n).fill(byte), fraction: () => 0 },
    })
  expect(at(0, 0)).toBe(`task_${'0'.repeat(26)}`)
  expect(at(2 ** 48 - 1, 255)).toBe('task_7zzzzzzzzzzzzzzzzzzzzzzzzz')
  expect(at(1_764_000_000_000, 9)).toMatch(/^task_[0-9a-hjkmnp-tv-z]{26}$/)
  expect(at(1000, 255) < at(1001, 0)).toBe(true)
})
