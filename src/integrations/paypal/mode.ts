/**
 * Whether money is real: credentials do not say it, but the addresses of PayPal do. `sandbox` is PayPal's own;
 * `stand-in` is whatever else answers, such as the sandbox of this program.
 */
export type Mode = 'live' | 'sandbox' | 'stand-in'

/** The mode of what lives at an address. */
export function modeAt(address: string): Mode {
  const host = URL.parse(address)?.hostname ?? ''
  if (/(?:^|\.)sandbox\.paypal\.com$/.test(host)) return 'sandbox'
  return /(?:^|\.)paypal\.com$/.test(host) ? 'live' : 'stand-in'
}

/** The mode that an account was bound in, by its identity; null for what names none. */
export function modeIn(identity: string): Mode | null {
  const mode = identity.split(' ').at(-1)
  return mode === 'live' || mode === 'sandbox' || mode === 'stand-in' ? mode : null
}

/** What a mode means for money, in a few words. */
export const MODE_WORDS: Readonly<Record<Mode, string>> = {
  live: 'live mode: money is real',
  sandbox: 'the sandbox of PayPal: no money moves',
  'stand-in': 'a stand-in of PayPal: no money moves',
}

/** Where clients approve an order of a mode; its id follows. */
export function approvePage(mode: Mode, baseUrl: string): string {
  const origin = {
    live: 'https://www.paypal.com',
    sandbox: 'https://www.sandbox.paypal.com',
    'stand-in': baseUrl,
  }
  return `${origin[mode]}/checkoutnow?token=`
}
