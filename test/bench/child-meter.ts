/** Loaded before a measured program: when that ends, it writes to descriptor 3 what the process used. */
import { readFileSync, writeSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  // Not maxRSS: at its start a process inherits that of whoever started it.
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  const used = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: (Number(peak?.[1]) * 1024) / 1e6 }
  writeSync(3, JSON.stringify(used))
})
