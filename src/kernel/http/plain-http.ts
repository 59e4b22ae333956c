import { AppError } from '../errors.ts'

/**
 * Why nothing may be sent to an address, in a few words with what to do; null where it may. Plain http is for this
 * machine and for named hosts only (SPEC §4).
 */
export function plainHttpFault(
  url: Pick<URL, 'protocol' | 'hostname'>,
  allowed: readonly unknown[],
): string | null {
  const { protocol, hostname } = url
  if (protocol !== 'http:' || isLoopback(hostname) || allowed.includes(hostname)) return null
  return `plain http to ${hostname}: use https, or add "${hostname}" to allow_http_hosts`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/**
 * The address that a secret holds.
 * @throws AppError `config` where nothing may be sent there; the address is not part of what it says
 */
export function sendableAddress(secret: string, text: string, allowHttpHosts: readonly string[]): URL {
  const url = URL.parse(text)
  const isHttp = url !== null && /^https?:$/.test(url.protocol)
  const fault = isHttp ? (withoutUser(url) ?? plainHttpFault(url, allowHttpHosts)) : 'it is no http address'
  if (url !== null && fault === null) return url
  const next = `set ${secret} to an address such as https://example.com/…, then echopilot doctor`
  throw new AppError('config', `nothing can be sent to ${secret}: ${String(fault)}`, next)
}

function withoutUser({ username, password }: URL): string | null {
  return username === '' && password === '' ? null : 'it holds a user name or password'
}
