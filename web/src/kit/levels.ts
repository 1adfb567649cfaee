import { nice, ticks } from 'd3-array'

/** levelsOf are the lines of a chart: about three whole round numbers, from 0 to the first that nothing goes beyond. */
export function levelsOf(most: number): number[] {
  const [, top] = nice(0, Math.max(1, most), 3)
  return ticks(0, top, 3).filter(Number.isInteger)
}
