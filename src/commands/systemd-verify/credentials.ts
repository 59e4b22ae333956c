import { proof, type ProofFacts } from '../../domain/proof.ts'
import type { World } from '../../kernel/world.ts'
import { askSystem, type PlannedCredential } from '../systemd-units.ts'

const SET = 'echopilot systemd install'

/** Whether each secret is there, private, and opens on this machine. */
export async function credentialFindings(
  world: World,
  credentials: readonly PlannedCredential[],
): Promise<ProofFacts[]> {
  const findings: ProofFacts[] = []
  for (const credential of credentials) findings.push(await finding(world, credential))
  return findings
}

async function finding(
  world: World,
  { secret, name, kind, path, meaning }: PlannedCredential,
): Promise<ProofFacts> {
  if (kind === null) return proof('not_proved', secret, `not set: ${meaning}`, SET)
  const mode = (await askSystem(world, ['stat', '--format=%U %a', path]))?.trim()
  if (mode !== 'root 600' && mode !== 'root 400') {
    return proof(
      'failed',
      secret,
      `${path} is of ${mode ?? 'nobody'}, not of root alone`,
      `chown root: ${path} && chmod 600 ${path}`,
    )
  }
  if (kind === 'plain') return proof('proved', secret, `in plain text, for root alone: ${path}`)
  // What comes out is looked at by nobody: that it comes is the proof.
  const opens = await askSystem(world, ['systemd-creds', 'decrypt', `--name=${name}`, path, '-'])
  return opens === null
    ? proof('failed', secret, `${path} cannot be decrypted on this machine`, SET)
    : proof('proved', secret, 'encrypted, and opens on this machine')
}
