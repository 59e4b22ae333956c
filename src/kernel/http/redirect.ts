import { ServiceFailure } from '../service-failure.ts'

/**
 * An answer that points elsewhere: a key is never sent to where it points, so the operator has to say that this
 * is the service. Null for any other answer.
 */
export function redirectFailure(
  status: number,
  location: string | null,
  setting: string,
): ServiceFailure | null {
  if (status < 300 || status > 399) return null
  const where = location === null ? 'nowhere' : `to ${location.slice(0, 200)}`
  return new ServiceFailure(`${status}: redirected ${where}; redirects are not followed`, {
    errorClass: 'credential',
    billed: 'no',
    fix: `set ${setting} to where the service is`,
  })
}
