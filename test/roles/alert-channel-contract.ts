/** What an `AlertChannel` promises, whoever implements it. */
import { describe, expect, test } from 'vitest'
import type { Notice } from '../../src/domain/notice.ts'
import type { AlertChannel } from '../../src/roles/alert-channel.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { toldOf, type Trouble } from './support/troubles.ts'

/** An implementer, with what is behind it. */
export interface AlertChannelBench {
  readonly channel: AlertChannel
  /** What has arrived, in order, with its key, each notice once however often it was told. */
  readonly arrived: () => Promise<{ readonly key: string; readonly text: string }[]>
  /** Has this befall every notice from now on; null where nothing can. */
  readonly befall: ((trouble: Trouble) => Promise<void>) | null
  readonly mend: () => Promise<void>
}

function aNotice(changes: Partial<Notice> = {}): Notice {
  return {
    kind: 'notice',
    what: 'opened',
    alertId: 'alert_1',
    cause: 'models down',
    severity: 'critical',
    message: 'the model service answers 503 “für jetzt”',
    next: 'echopilot doctor',
    count: 1,
    openedMs: 0,
    atMs: 0,
    ...changes,
  }
}

/** What it is done with whatever is answered is not told apart: that somebody else answered cannot be seen. */
const TOLD = toldOf({ errorClass: 'credential', billed: 'no' }).filter(
  ([trouble]) => trouble !== 'an answer of somebody else' && trouble !== 'an answer that breaks off',
)

/** Checks it; `make` opens one for each test. */
export function describeAlertChannel(name: string, make: () => Promise<AlertChannelBench>): void {
  describe(`the contract of a channel for alerts: ${name}`, () => {
    test('notices arrive in order, each with its own key, and say what is wrong', async () => {
      const { channel, arrived } = await make()
      await channel.tell(aNotice(), 'alert_1/notice/1')
      await channel.tell(aNotice({ what: 'repeated', count: 200 }), 'alert_1/notice/2')
      await channel.tell(aNotice({ what: 'resolved', severity: 'warning' }), 'alert_1/notice/3')
      const told = await arrived()
      expect(told.map(({ key }) => key)).toEqual([1, 2, 3].map(number => `alert_1/notice/${number}`))
      for (const { text } of told) expect(text).toContain('the model service answers 503 “für jetzt”')
      expect(told[1]?.text).toMatch(/200|199/)
      expect(new Set(told.map(({ text }) => text)).size).toBe(3)
    })

    test('a test says that it is one', async () => {
      const { channel, arrived } = await make()
      await channel.tell(aNotice({ what: 'test', alertId: null }), 'test/notice/1')
      expect((await arrived())[0]?.text).toMatch(/\btest\b/)
    })

    test('what is told once more under its key arrives as the same', async () => {
      const { channel, arrived, befall, mend } = await make()
      const tell = async (): Promise<void> => channel.tell(aNotice(), 'alert_1/notice/1')
      await befall?.('an answer that is lost')
      await tell().catch(() => undefined)
      await mend()
      await tell()
      expect(new Set((await arrived()).map(({ key }) => key)).size).toBe(1)
    })

    test.each(TOLD)('%s is told as what it is', async (trouble, told) => {
      const { channel, befall, arrived } = await make()
      await befall?.(trouble)
      const failed = channel.tell(aNotice(), 'alert_1/notice/1')
      const failure = await (befall === null ? failed : failureOf(failed))
      expect(failure ?? told).toMatchObject(told)
      const taken = befall === null || trouble === 'an answer that is lost'
      expect(await arrived()).toHaveLength(taken ? 1 : 0)
    })
  })
}
