import { describe, expect, it } from 'vitest'
import { levelsOf } from '~/kit/levels'
import { area, line, most } from './curve'

const points = [
  { min_cgpa: 0, eligible: 9 },
  { min_cgpa: 0.25, eligible: 7 },
  { min_cgpa: 0.5, eligible: 0 },
]

describe('the curve', () => {
  it('has levels of round numbers', () => {
    expect(levelsOf(0)).toEqual([0, 1])
    expect(levelsOf(2)).toEqual([0, 1, 2])
    expect(levelsOf(9)).toEqual([0, 5, 10])
    expect(levelsOf(60_040)).toEqual([0, 20_000, 40_000, 60_000, 80_000])
  })
  it('goes down in steps, each before its minimum', () => {
    expect(most(points)).toBe(9)
    expect(line(points, 10)).toBe('M0,1L0,3L0.25,3L0.25,10L0.5,10')
    expect(area(points, 10)).toMatch(/^M0,1L0,3L0.25,3L0.25,10L0.5,10L0.5,10L.*Z$/)
    expect(area([], 10)).toBe('')
  })
})
