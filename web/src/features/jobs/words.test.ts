import { expect, test } from 'vitest'
import { duration } from './words'

test('how long a job took', () => {
  const took = (from: string | null, to: string | null) => duration({ attempted_at: from, finalized_at: to })
  expect(took('2026-11-28T10:00:00.000Z', '2026-11-28T10:00:00.120Z')).toBe('120 ms')
  expect(took('2026-11-28T10:00:00Z', '2026-11-28T10:00:02.340Z')).toBe('2.3 s')
  expect(took('2026-11-28T10:00:00Z', '2026-11-28T10:02:05Z')).toBe('2 min 5 s')
  expect(took('2026-11-28T10:00:00Z', null)).toBeNull()
  expect(took(null, '2026-11-28T10:00:00Z'), 'cancelled before it began').toBeNull()
})
