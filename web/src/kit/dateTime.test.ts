import { expect, test } from 'vitest'
import { clockOf, momentOf } from './DateTimeField'

test('a moment is what the office’s clock shows', () => {
  expect(clockOf('2027-01-02T12:00:00Z', 'Asia/Kolkata')).toBe('2027-01-02T17:30')
  expect(clockOf('2027-01-02T18:29:59Z', 'Asia/Kolkata')).toBe('2027-01-02T23:59')
  expect(momentOf('2027-01-02T17:30', 'Asia/Kolkata')).toBe('2027-01-02T12:00:00.000Z')
})

test('where clocks change, an hour that comes twice is the first, and one that does not come is the one before', () => {
  expect(momentOf('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z')
  expect(momentOf('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T00:30:00.000Z')
})
