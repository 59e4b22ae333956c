import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

/** A new folder that is gone when the test is over; a real path, so that messages can be compared. */
export function temporaryFolder(): string {
  const folder = newFolder()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A new folder that is gone when all tests of the file are over; for the top of a file, outside of hooks. */
export function fileFolder(): string {
  const folder = newFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'echopilot-test-')))
}
