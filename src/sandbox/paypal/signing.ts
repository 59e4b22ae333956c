/** Signing webhooks: a chain of certificates of the stand-in's own, of which the root is the one to trust. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { certificatePem, type CertificateText, type Issuer } from '../lib/certificate.ts'
import type { Database } from '../lib/db.ts'
import type { Clock } from '../lib/service.ts'

/** The certificates that webhooks are signed by; they outlive a reset, as who trusts the root does. */
export interface Signers {
  /** The root as PEM. */
  root(): string
  /** What lies at an address: the certificate and the one that signed it, as PEM. */
  chain(id: string): string | undefined
  /** The id of the certificate, and the signature in base64. */
  sign(text: string): { readonly id: string; readonly signature: string }
  /** The one that signed them, as PEM. */
  issuer(): string
  /** Has another certificate sign from now on; gives its id. */
  change(kind: SignerKind, issuerAt: string): string
}

/**
 * `new` is as good as the one before. So is `alone`, of which only the address of its issuer is told, as PayPal is known
 * to do. The others must be refused by whoever checks them.
 */
export type SignerKind = 'new' | 'alone' | 'expired' | 'foreign' | 'misnamed'

/** All kinds. */
export const SIGNER_KINDS: readonly SignerKind[] = ['new', 'alone', 'expired', 'foreign', 'misnamed']

/** The tables. */
export const SIGNING_SCHEMA = `
CREATE TABLE IF NOT EXISTS paypal_certificate (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  pem TEXT NOT NULL,
  privateKey TEXT NOT NULL
) STRICT;
`

/** What PayPal signs: the bytes of the body count by their checksum only. */
export function signedText(
  sent: { readonly id: string; readonly time: string; readonly webhookId: string },
  body: Buffer | string,
): string {
  return `${sent.id}|${sent.time}|${sent.webhookId}|${String(crc32(body))}`
}

interface Certificate {
  readonly id: string
  readonly pem: string
  readonly privateKey: string
}

interface Authorities {
  readonly root: string
  readonly middle: string
  readonly issuer: Issuer
}

const ROOT_NAME = 'EchoPilot sandbox root'
const MIDDLE_NAME = 'EchoPilot sandbox issuer'
const SERVER_NAME = 'messageverificationcerts.sandbox.paypal.com'
const DAY_MS = 86_400_000

/** Opens them over a database with {@link SIGNING_SCHEMA}; keys are made when first needed. `clock` is the machine's. */
export function openSigners(db: Database, clock: Clock): Signers {
  const add = db.prepare<Certificate>(
    'INSERT INTO paypal_certificate (id, pem, privateKey) VALUES (@id, @pem, @privateKey)',
  )
  const find = db.prepare<[string], Certificate>('SELECT * FROM paypal_certificate WHERE id = ?')
  const last = db.prepare<[], Certificate>(
    "SELECT * FROM paypal_certificate WHERE id LIKE 'CERT-%' ORDER BY seq DESC LIMIT 1",
  )
  const authorities = (): Authorities => {
    const [root, middle] = [find.get('root'), find.get('middle')]
    if (root !== undefined && middle !== undefined) {
      const key = createPrivateKey(middle.privateKey)
      return { root: root.pem, middle: middle.pem, issuer: { name: MIDDLE_NAME, key } }
    }
    const made = newAuthorities(clock())
    // The root's key is not kept: it has signed all it ever will.
    add.run({ id: 'root', pem: made.root, privateKey: '' })
    add.run({ id: 'middle', pem: made.middle, privateKey: pemOf(made.issuer.key) })
    return made
  }
  const change = (kind: SignerKind, issuerAt = ''): Certificate => {
    const { middle, issuer } = kind === 'foreign' ? newAuthorities(clock()) : authorities()
    const isAlone = kind === 'alone'
    const made = newCertificate(kind, issuer, clock(), isAlone ? { issuerAt } : {})
    const whole = { ...made, pem: made.pem + (isAlone ? '' : middle) }
    add.run(whole)
    return whole
  }
  return {
    root: () => authorities().root,
    chain: id => (id.startsWith('CERT-') ? find.get(id)?.pem : undefined),
    sign: text => {
      const { id, privateKey } = last.get() ?? change('new')
      return { id, signature: sign('sha256', Buffer.from(text), privateKey).toString('base64') }
    },
    issuer: () => authorities().middle,
    change: (kind, issuerAt) => change(kind, issuerAt).id,
  }
}

function newAuthorities(nowMs: number): Authorities {
  const [top, middle] = [curveKeys(), curveKeys()]
  const years = { fromMs: nowMs - DAY_MS, toMs: nowMs + 3650 * DAY_MS, isAuthority: true }
  const root = { name: ROOT_NAME, key: top.privateKey }
  return {
    root: certificatePem({ ...years, subject: ROOT_NAME, publicKey: top.publicKey }, root),
    middle: certificatePem({ ...years, subject: MIDDLE_NAME, publicKey: middle.publicKey }, root),
    issuer: { name: MIDDLE_NAME, key: middle.privateKey },
  }
}

function curveKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

function newCertificate(
  kind: SignerKind,
  issuer: Issuer,
  nowMs: number,
  more: Pick<CertificateText, 'issuerAt'>,
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const toMs = kind === 'expired' ? nowMs - DAY_MS : nowMs + 730 * DAY_MS
  const subject = kind === 'misnamed' ? 'certificates.example.com' : SERVER_NAME
  const text = { subject, publicKey, fromMs: toMs - 731 * DAY_MS, toMs, isAuthority: false, ...more }
  const id = `CERT-${[4, 4, 4].map(size => randomBytes(size).toString('hex')).join('-')}`
  return { id, pem: certificatePem(text, issuer), privateKey: pemOf(privateKey) }
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
