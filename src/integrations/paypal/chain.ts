import type { KeyObject, X509Certificate } from 'node:crypto'
import { nodeCrypto } from '../../kernel/node-modules.ts'

/** What a chain of certificates is judged by. */
export interface Trust {
  /** The authorities that are believed. */
  readonly roots: readonly X509Certificate[]
  /** The name that the certificate must be for. */
  readonly name: string
  readonly nowMs: number
}

/** A certificate that was found to be the service's. */
export interface Signer {
  readonly key: KeyObject
  /** It signs nothing before and after. */
  readonly fromMs: number
  readonly toMs: number
}

/** PayPal's have three, and one more is common. */
const LONGEST_CHAIN = 5
const LEAST_KEY_BITS = 2048

/**
 * What signs by the first of these certificates, where every link from it on is valid now and the last one was issued by
 * an authority that is believed; null for any other. The order of those between does not matter.
 */
export function signerOf(
  [leaf, ...between]: readonly X509Certificate[],
  { roots, name, nowMs }: Trust,
): Signer | null {
  if (leaf === undefined || leaf.ca || leaf.checkHost(name) === undefined) return null
  let last = leaf
  for (let length = 1; length <= LONGEST_CHAIN && isValid(last, nowMs); length += 1) {
    if (roots.some(root => isValid(root, nowMs) && isIssuedBy(last, root))) return signer(leaf)
    const next = between.find(one => one.ca && isIssuedBy(last, one))
    if (next === undefined) return null
    last = next
  }
  return null
}

/** The certificates of a file: several as PEM, or one as DER; none where one of them cannot be read. */
export function certificatesIn(file: Uint8Array): X509Certificate[] {
  const { X509Certificate: Certificate } = nodeCrypto()
  const texts = Buffer.from(file).toString('latin1').match(PEM) ?? []
  if (texts.length > LONGEST_CHAIN) return []
  try {
    return texts.length === 0 ? [new Certificate(file)] : texts.map(text => new Certificate(text))
  } catch (error) {
    if (error instanceof Error) return []
    throw error
  }
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** Where the certificate of an issuer is, as the certificate says (RFC 5280, 4.2.2.1); null where it does not. */
export function issuerAddress({ infoAccess }: X509Certificate): string | null {
  return /^CA Issuers - URI:(https?:\S+)$/m.exec(infoAccess ?? '')?.[1] ?? null
}

/** By its name and by its signature. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

function isValid({ validFromDate, validToDate }: X509Certificate, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime()
}

function signer({ publicKey: key, validFromDate, validToDate }: X509Certificate): Signer | null {
  const isRsa = key.asymmetricKeyType === 'rsa'
  if (!isRsa || (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_KEY_BITS) return null
  return { key, fromMs: validFromDate.getTime(), toMs: validToDate.getTime() }
}
