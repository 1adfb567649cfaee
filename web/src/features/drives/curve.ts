import type { Preview } from '~/api/schema'

export type Point = Preview['cgpa_curve'][number]

export const most = (points: readonly Point[]) => points.reduce((max, { eligible }) => Math.max(max, eligible), 0)

/** line goes in steps: how many a minimum lets in holds from the step before it. Upwards is less in a picture. */
export function line(points: readonly Point[], top: number): string {
  return points.map(({ min_cgpa, eligible }, n) => `${n === 0 ? 'M0 ' : 'V'}${top - eligible}H${min_cgpa}`).join('')
}

export const area = (points: readonly Point[], top: number) =>
  points.length === 0 ? '' : `${line(points, top)}V${top}H0Z`
