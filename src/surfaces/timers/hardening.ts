/** Lines of a unit file: names with their values, in order. A name may stand several times (systemd.syntax(7)). */
export type Directives = readonly (readonly [name: string, value: string])[]

/** The account of every unit: several processes share one store, so that it must not change from start to start. */
export const ACCOUNT = 'echopilot'

/** What a unit may reach. */
export type Reach = 'network' | 'machine'

/**
 * The sandbox of a unit (systemd.exec(5)). Three directives are left out for a reason. MemoryDenyWriteExecute= ends
 * Node's compiler. ProcSubset= and ProtectProc= hide the boot id and other processes, by which one process knows whether
 * another, which holds a lease, is still alive.
 */
export function sandboxOf(reach: Reach): Directives {
  return [...COMMON, ...REACHES[reach]]
}

const COMMON: Directives = [
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['AmbientCapabilities', ''],
  ['ProtectSystem', 'strict'],
  ['ProtectHome', 'yes'],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['DevicePolicy', 'closed'],
  ['PrivateMounts', 'yes'],
  ['PrivateUsers', 'yes'],
  ['PrivateIPC', 'yes'],
  ['ProtectHostname', 'yes'],
  ['ProtectClock', 'yes'],
  ['ProtectKernelTunables', 'yes'],
  ['ProtectKernelModules', 'yes'],
  ['ProtectKernelLogs', 'yes'],
  ['ProtectControlGroups', 'yes'],
  ['RestrictNamespaces', 'yes'],
  ['RestrictRealtime', 'yes'],
  ['RestrictSUIDSGID', 'yes'],
  ['RemoveIPC', 'yes'],
  ['LockPersonality', 'yes'],
  ['KeyringMode', 'private'],
  ['SystemCallArchitectures', 'native'],
  ['SystemCallFilter', '@system-service'],
  ['SystemCallFilter', '~@privileged @resources'],
  // Otherwise a call that is not allowed kills Node, where it now gets an error that it can handle.
  ['SystemCallErrorNumber', 'EPERM'],
  ['LimitCORE', '0'],
  ['MemoryMax', '1G'],
]

const REACHES: Readonly<Record<Reach, Directives>> = {
  network: [
    // Node talks to programs that it starts by AF_UNIX.
    ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX'],
    // Cloud metadata and the like.
    ['IPAddressDeny', 'link-local multicast'],
  ],
  machine: [
    ['PrivateNetwork', 'yes'],
    ['IPAddressDeny', 'any'],
    ['RestrictAddressFamilies', 'AF_UNIX'],
  ],
}
