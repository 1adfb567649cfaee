import { describe, expect, it } from 'vitest'
import { levelsOf, stepOf } from '~/kit/levels'
import { area, line, most } from './curve'

const points = [
  { min_cgpa: 0, eligible: 9 },
  { min_cgpa: 0.25, eligible: 7 },
  { min_cgpa: 0.5, eligible: 0 },
]

describe('the curve', () => {
  it('has levels of round numbers', () => {
    expect([0, 1, 3, 4, 9, 40, 150, 60_040].map(stepOf)).toEqual([1, 1, 1, 2, 5, 20, 50, 50_000])
    expect(levelsOf(9)).toEqual([0, 5, 10])
    expect(levelsOf(0)).toEqual([0, 1])
  })
  it('goes down in steps, each before its minimum', () => {
    expect(most(points)).toBe(9)
    expect(line(points, 10)).toBe('M0 1H0V3H0.25V10H0.5')
    expect(area(points, 10)).toBe('M0 1H0V3H0.25V10H0.5V10H0Z')
    expect(area([], 10)).toBe('')
  })
})
