import { curveStepBefore, area as d3Area, line as d3Line } from 'd3-shape'
import type { Preview } from '~/api/schema'

export type Point = Preview['cgpa_curve'][number]

export const most = (points: readonly Point[]) => points.reduce((max, { eligible }) => Math.max(max, eligible), 0)

/** line goes in steps: how many a minimum lets in holds from the step before it. Upwards is less in a picture. */
export function line(points: readonly Point[], top: number): string {
  const path = d3Line<Point>(
    ({ min_cgpa }) => min_cgpa,
    ({ eligible }) => top - eligible,
  )
  return path.curve(curveStepBefore)(points) ?? ''
}

/** area is what lies under the line. */
export function area(points: readonly Point[], top: number): string {
  const path = d3Area<Point>(
    ({ min_cgpa }) => min_cgpa,
    top,
    ({ eligible }) => top - eligible,
  )
  return path.curve(curveStepBefore)(points) ?? ''
}
