/** Writes X.509 certificates: the few kinds of DER values they are made of (ITU-T X.690, RFC 5280). */
import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto'

/** Who signs: with a key on a curve, so that one algorithm does. */
export interface Issuer {
  readonly name: string
  readonly key: KeyObject
}

/** What a certificate says. */
export interface CertificateText {
  /** The common name; of a server, also its name in the network. */
  readonly subject: string
  readonly publicKey: KeyObject
  readonly fromMs: number
  readonly toMs: number
  /** Whether it may sign others. */
  readonly isAuthority: boolean
  /** Where the certificate of its issuer is; it does not say so if left out. */
  readonly issuerAt?: string
}

/** The certificate as PEM, with a newline at its end. */
export function certificatePem(text: CertificateText, issuer: Issuer): string {
  const body = signedPart(text, issuer)
  const whole = sequence(body, ECDSA_SHA256, bits(sign('sha256', body, issuer.key)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function signedPart(text: CertificateText, issuer: Issuer): Buffer {
  const version3 = der(0xa0, integer(Buffer.of(2)))
  const serial = integer(Buffer.concat([Buffer.of(1), randomBytes(15)]))
  const validity = sequence(time(text.fromMs), time(text.toMs))
  const publicKey = text.publicKey.export({ type: 'spki', format: 'der' })
  return sequence(
    version3,
    serial,
    ECDSA_SHA256,
    nameOf(issuer.name),
    validity,
    nameOf(text.subject),
    publicKey,
    der(0xa3, extensions(text, issuer)),
  )
}

function extensions({ subject, publicKey, isAuthority, issuerAt }: CertificateText, issuer: Issuer): Buffer {
  // The numbers count the unused bits; then keyCertSign and cRLSign, or digitalSignature.
  const usage = isAuthority ? Buffer.of(1, 0x06) : Buffer.of(7, 0x80)
  const all = [
    extension('551d13', isAuthority ? sequence(TRUE) : sequence(), TRUE),
    extension('551d0f', der(0x03, usage), TRUE),
    extension('551d0e', der(0x04, digestOf(publicKey))),
    extension('551d23', sequence(der(0x80, digestOf(createPublicKey(issuer.key))))),
  ]
  const names = sequence(der(0x82, Buffer.from(subject, 'latin1')))
  if (!isAuthority) all.push(extension('551d11', names))
  if (issuerAt !== undefined) all.push(extension('2b06010505070101', issuerAddress(issuerAt)))
  return sequence(...all)
}

function issuerAddress(url: string): Buffer {
  return sequence(sequence(identifier('2b06010505073002'), der(0x86, Buffer.from(url, 'latin1'))))
}

/** What tells a key from others; any digest of it does. */
function digestOf(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

function extension(id: string, value: Buffer, ...critical: readonly Buffer[]): Buffer {
  return sequence(identifier(id), ...critical, der(0x04, value))
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(commonName, 'utf8')))))
}

/** Of the years 1950 to 2049, which have two digits. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`, 'latin1'))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts)
}

/** A positive number whose first bit is 0. */
function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes)
}

function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.of(0), bytes)
}

/** An object identifier, given encoded, in hexadecimal digits. */
function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(value.length), value])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes])
}

const TRUE = der(0x01, Buffer.of(0xff))
const ECDSA_SHA256 = sequence(identifier('2a8648ce3d040302'))
