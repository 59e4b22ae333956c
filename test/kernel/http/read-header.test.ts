import { expect, test } from 'vitest'
import { lightHeaders } from '../../../src/kernel/http/response.ts'
import { headerReader } from '../../../src/kernel/http/read-header.ts'

test('headers are read of whatever has a get', () => {
  for (const headers of [new Headers({ 'Retry-After': '3' }), lightHeaders(['Retry-After', '3'])]) {
    const header = headerReader(headers)
    expect([header('retry-after'), header('RETRY-AFTER'), header('date')]).toEqual(['3', '3', null])
  }
})

test.each([undefined, null, 'retry-after', {}, { get: 'x' }, { get: () => 3 }])(
  '%s has no headers',
  headers => {
    expect(headerReader(headers)('retry-after')).toBeNull()
  },
)
