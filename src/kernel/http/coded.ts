/** An error with a code, as those of the network are. */
export function coded(message: string, code: string): TypeError {
  return Object.assign(new TypeError(message), { code })
}
