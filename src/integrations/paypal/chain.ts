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
 * The first certificate of a chain (PEM), where every link of it is valid now and the last one was issued by an
 * authority that is believed; null for any other. The order of those between does not matter.
 */
export function signerOf(pem: string, { roots, name, nowMs }: Trust): Signer | null {
  const [leaf, ...between] = certificatesIn(pem) ?? []
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

/** The certificates of a text; null where one of them cannot be read. */
export function certificatesIn(pem: string): X509Certificate[] | null {
  const { X509Certificate: Certificate } = nodeCrypto()
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  if (texts.length > LONGEST_CHAIN) return null
  try {
    return texts.map(text => new Certificate(text))
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
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
