/** What a request is for, before anything looks at it. */

const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a request was meant for this machine. A page of another site may have its own name lead here (DNS
 * rebinding), and would then read and press whatever it likes; but the browser says that name.
 */
export function isOwnHost(host: string | undefined): boolean {
  return OWN_HOSTS.has((host ?? '').toLowerCase().replace(/:\d+$/, ''))
}

/** The path and query; null for what is none, such as `*`, a whole address, or a path with a broken escape. */
export function targetOf(target: string | undefined): URL | null {
  if (target?.startsWith('/') !== true) return null
  const url = URL.parse(`http://127.0.0.1${target}`)
  return url === null || !isDecodable(url.pathname) ? null : url
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
