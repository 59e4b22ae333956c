/** Where `serve` listens unless it is told otherwise: on this machine alone, for a proxy that has a certificate. */
export const SERVE_ADDRESS = { host: '127.0.0.1', port: 4780 } as const
