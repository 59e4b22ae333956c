import type nodeChildProcessModule from 'node:child_process'
import type nodeCryptoModule from 'node:crypto'
import type nodeNetModule from 'node:net'
import type nodeTlsModule from 'node:tls'
import type nodeZlibModule from 'node:zlib'

/**
 * Node's own modules that take long to load and are not needed by every command: each is loaded when it is first
 * used. An `import` would load it at the start, even where nothing of it is used.
 */

/** Loads in 5 ms. */
export function nodeCrypto(): typeof nodeCryptoModule {
  return process.getBuiltinModule('node:crypto')
}

/** Loads in 6 ms, and is needed by the schedule's jobs in a checkout only. */
export function nodeChildProcess(): typeof nodeChildProcessModule {
  return process.getBuiltinModule('node:child_process')
}

/** Loads in 10 ms, and is needed for pipes only. */
export function nodeNet(): typeof nodeNetModule {
  return process.getBuiltinModule('node:net')
}

/** Loaded already where anything was asked over https; needed for its list of authorities. */
export function nodeTls(): typeof nodeTlsModule {
  return process.getBuiltinModule('node:tls')
}

/** Needed for checksums of webhooks only. */
export function nodeZlib(): typeof nodeZlibModule {
  return process.getBuiltinModule('node:zlib')
}
