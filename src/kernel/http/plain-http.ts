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
