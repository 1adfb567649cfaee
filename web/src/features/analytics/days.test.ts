import { expect, test } from 'vitest'
import { byWeek, everyDay, today, within } from './days'

test('the day is the office’s', () => {
  const night = new Date('2026-11-28T19:00:00Z')
  expect(today('Asia/Kolkata', night)).toBe('2026-11-29')
  expect(today('America/New_York', night)).toBe('2026-11-28')
})

test('a period counts its last day in', () => {
  const rows = ['2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'].map((day) => ({ day }))
  expect(within(rows, 2, '2026-11-28').map((row) => row.day)).toEqual(['2026-11-27', '2026-11-28'])
})

test('quiet days are there, over the end of a month, and nothing is lost in weeks', () => {
  const dots = everyDay(
    [
      { day: '2026-12-01', value: 3 },
      { day: '2026-11-29', value: 1 },
    ],
    4,
    '2026-12-02',
  )
  expect(dots).toEqual([
    { day: '2026-11-29', value: 1 },
    { day: '2026-11-30', value: 0 },
    { day: '2026-12-01', value: 3 },
    { day: '2026-12-02', value: 0 },
  ])
  const year = everyDay(
    [
      { day: '2026-01-01', value: 2 },
      { day: '2026-12-31', value: 5 },
    ],
    365,
    '2026-12-31',
  )
  expect(byWeek(year)).toHaveLength(53)
  expect(byWeek(year).reduce((sum, dot) => sum + dot.value, 0)).toBe(7)
})
