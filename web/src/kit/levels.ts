/** stepOf divides what there is into about three levels of a round number: 1, 2, 5, 10, 20, … */
export function stepOf(most: number): number {
  const least = Math.max(1, most / 3)
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((n) => n * power >= least) ?? 10
  return factor * power
}

/** levelsOf are the lines of a chart, from 0 to the first that nothing goes beyond. */
export function levelsOf(most: number): number[] {
  const step = stepOf(most)
  const steps = Math.max(1, Math.ceil(most / step))
  return Array.from({ length: steps + 1 }, (_, n) => n * step)
}
