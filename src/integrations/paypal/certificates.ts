import type { X509Certificate } from 'node:crypto'
import { nodeCrypto, nodeTls } from '../../kernel/node-modules.ts'
import { networkFailure, ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import { certificatesIn, issuerAddress, signerOf, type Signer } from './chain.ts'
import type { Mode } from './mode.ts'

/** A signer of a mode: only what is signed by one of live mode tells of money that is real. */
export interface KnownSigner extends Signer {
  readonly isLive: boolean
}

/** Certificates of PayPal by their addresses. */
export interface Certificates {
  /** One that was fetched and found good before. */
  readonly known: (address: string) => KnownSigner | null
  /** Fetches one and keeps it; null for what is none of PayPal's. @throws ServiceFailure where that cannot be told now */
  readonly fetch: (address: string) => Promise<KnownSigner | null>
}

/** What they are fetched with. */
export interface CertificateOptions {
  readonly world: Pick<World, 'fetch' | 'clock'>
  readonly baseUrl: string
  readonly timeoutMs: number
  /** That of the account of this store, made sure of. */
  readonly mode: () => Promise<Mode>
}

/** PayPal changes them every year or two; whoever names others makes us forget the oldest. */
const MOST_KEPT = 8

/**
 * Fetches and keeps certificates, in the memory of this process: after a start the first event waits for a job to fetch
 * its certificate, and the others are judged at once.
 */
export function certificateKeeper(options: CertificateOptions): Certificates {
  const kept = new Map<string, KnownSigner>()
  return {
    known: address => kept.get(address) ?? null,
    fetch: async address => {
      const mode = await options.mode()
      const signer = await fetched(options, address, mode)
      if (signer === null) return null
      const [oldest] = kept.keys()
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      const known = { ...signer, isLive: mode === 'live' }
      kept.set(address, known)
      return known
    },
  }
}

const HOSTS = { live: 'api.paypal.com', sandbox: 'api.sandbox.paypal.com' } as const
const FOLDER = '/v1/notifications/certs/'

/** Whether certificates of PayPal lie at an address: nothing else is ever fetched. */
export function isCertificateAddress(address: string): boolean {
  return pathAt(address, HOSTS.live) !== null || pathAt(address, HOSTS.sandbox) !== null
}

/** The path of an address of certificates at a host, written in the one way that it can be; null for any other. */
function pathAt(address: string, host: string): string | null {
  const start = `https://${host}${FOLDER}`
  const isPlain = address.startsWith(start) && /^[\w-]{1,200}$/.test(address.slice(start.length))
  return isPlain ? FOLDER + address.slice(start.length) : null
}

/** Each mode believes in what is signed at its own address, by the authorities that browsers believe. */
async function fetched(options: CertificateOptions, address: string, mode: Mode): Promise<Signer | null> {
  const side = mode === 'live' ? 'live' : 'sandbox'
  const path = pathAt(address, HOSTS[side])
  if (path === null) return null
  const isStandIn = mode === 'stand-in'
  const chain = await certificatesAt(options, isStandIn ? `${options.baseUrl}${path}` : address)
  const roots = isStandIn ? await standInRoots(options) : usualRoots()
  const name = HOSTS[side].replace('api.', 'messageverificationcerts.')
  const trust = { roots, name, nowMs: options.world.clock.now() }
  return signerOf(chain, trust) ?? signerOf([...chain, ...(await issuersOf(options, chain))], trust)
}

/**
 * What PayPal leaves out: its own programs brought the certificates between with them. Who says where they are came from
 * PayPal's host, and what lies there is believed only where it leads to an authority.
 */
async function issuersOf(
  options: CertificateOptions,
  chain: readonly X509Certificate[],
): Promise<X509Certificate[]> {
  const last = chain.at(-1)
  const address = last === undefined ? null : issuerAddress(last)
  return address === null ? [] : certificatesAt(options, address)
}

function usualRoots(): X509Certificate[] {
  const { X509Certificate: Certificate } = nodeCrypto()
  return nodeTls().rootCertificates.map(pem => new Certificate(pem))
}

/** A stand-in signs by an authority of its own: only a store that belongs to one believes it. */
async function standInRoots(options: CertificateOptions): Promise<X509Certificate[]> {
  return certificatesAt(options, `${options.baseUrl}/__sandbox/paypal/root.pem`)
}

/** What lies there; nothing where there are none. */
async function certificatesAt(
  { world, timeoutMs }: CertificateOptions,
  address: string,
): Promise<X509Certificate[]> {
  try {
    const answer = await world.fetch(address, { signal: world.clock.deadline(timeoutMs) })
    if (answer.ok) return certificatesIn(await answer.bytes())
    if (answer.status === 404 || answer.status === 410) return []
    const message = `${answer.status} for a certificate of PayPal`
    throw new ServiceFailure(message, { errorClass: 'transient', billed: 'no', status: answer.status })
  } catch (error) {
    throw error instanceof ServiceFailure ? error : networkFailure(error)
  }
}
