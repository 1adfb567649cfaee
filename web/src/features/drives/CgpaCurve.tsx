import { type MouseEvent, type PointerEvent, useState } from 'react'
import { count } from '~/kit/format'
import { levelsOf } from '~/kit/levels'
import { t } from '~/texts'
import { area, line, most, type Point } from './curve'

const p = t.drives.preview
/** What stands before and after the curve itself, in pixels; the slider below keeps the same (drives.css). */
const before = 34
const after = 10
const whole = [0, 2, 4, 6, 8, 10]

/** cgpaAt is the CGPA under the pointer, in the curve's steps. */
function cgpaAt({ clientX, currentTarget }: MouseEvent): number {
  const { left, width } = currentTarget.getBoundingClientRect()
  const part = (clientX - left - before) / (width - before - after)
  return Math.min(10, Math.max(0, Math.round(part * 40) / 4))
}

/** CgpaCurve shows how many would be eligible from which CGPA on; where it is clicked the minimum is set. */
export default function CgpaCurve({
  points,
  value,
  onPick,
}: {
  points: Point[]
  value: number | null
  onPick?: (min: number | null) => void
}) {
  const [at, setAt] = useState<number | null>(null)
  return (
    <div className="stack tight">
      {onPick && <p className="quiet small">{p.curveHelp}</p>}
      {/* The slider below does the same by keyboard, and the table says the same in words. */}
      <div
        className={onPick ? 'curve picks' : 'curve'}
        aria-hidden="true"
        data-testid="cgpa-curve"
        onClick={(event) => onPick?.(cgpaAt(event) || null)}
        onPointerMove={(event: PointerEvent) => setAt(cgpaAt(event))}
        onPointerLeave={() => setAt(null)}
      >
        <Plot points={points} value={value} />
        {at !== null && <At points={points} cgpa={at} />}
      </div>
      {onPick && <CurveSlider value={value} points={points} onPick={onPick} />}
      <CurveTable points={points} />
    </div>
  )
}

/** Plot is drawn in units of its own, as wide as there is room: 10 of CGPA across, the most students upwards. */
function Plot({ points, value }: { points: Point[]; value: number | null }) {
  const levels = levelsOf(most(points))
  const top = levels.at(-1) ?? 1
  return (
    <>
      <svg className="curve-plot" viewBox={`0 0 10 ${top}`} preserveAspectRatio="none">
        {levels.map((n) => (
          <line key={n} className="curve-level" x1={0} x2={10} y1={top - n} y2={top - n} />
        ))}
        <path className="curve-area" d={area(points, top)} />
        <path className="curve-line" d={line(points, top)} />
        {value !== null && <line className="curve-min" x1={value} x2={value} y1={0} y2={top} />}
      </svg>
      <div className="curve-levels num">
        {levels.map((n) => (
          <span key={n} style={{ bottom: `${(100 * n) / top}%` }}>
            {count(n)}
          </span>
        ))}
      </div>
      <div className="curve-whole num">
        {whole.map((n) => (
          <span key={n} style={{ left: `${10 * n}%` }}>
            {n}
          </span>
        ))}
      </div>
    </>
  )
}

/** At says what the curve has under the pointer. */
function At({ points, cgpa }: { points: Point[]; cgpa: number }) {
  const point = points.find(({ min_cgpa }) => min_cgpa === cgpa)
  if (!point) return null
  return (
    <div className="curve-place">
      <div className={cgpa > 5 ? 'curve-at num end' : 'curve-at num'} style={{ left: `${10 * cgpa}%` }}>
        <span>{p.curveAt(String(cgpa), count(point.eligible))}</span>
      </div>
    </div>
  )
}

function CurveSlider({
  value,
  points,
  onPick,
}: {
  value: number | null
  points: Point[]
  onPick: (min: number | null) => void
}) {
  // The curve knows steps of 0.25; for a minimum between them it says no number rather than a wrong one.
  const at = points.find(({ min_cgpa }) => min_cgpa === value)
  const words =
    value === null ? p.curveAny : at ? p.curveAt(String(value), count(at.eligible)) : p.curveMin(String(value))
  return (
    <div className="slider">
      <input
        type="range"
        aria-label={p.curveSlider}
        aria-valuetext={words}
        min={0}
        max={10}
        step={0.25}
        value={value ?? 0}
        onChange={(event) => onPick(Number(event.target.value) || null)}
      />
      <output className="small quiet num">{words}</output>
    </div>
  )
}

function CurveTable({ points }: { points: Point[] }) {
  return (
    <details className="small">
      <summary>{t.common.showAsTable}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="curve-table" tabIndex={0} aria-label={p.curve}>
        <table className="num">
          <thead>
            <tr>
              <th scope="col">{p.tableCgpa}</th>
              <th scope="col">{p.tableEligible}</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ min_cgpa, eligible }) => (
              <tr key={min_cgpa}>
                <td>{min_cgpa.toFixed(2)}</td>
                <td>{count(eligible)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
