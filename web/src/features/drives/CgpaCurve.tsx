import type { MouseEvent } from 'react'
import { Label } from 'react-aria-components/Label'
import { Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components/Slider'
import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { Preview } from '~/api/schema'
import { count } from '~/kit/format'
import { t } from '~/texts'

type Point = Preview['cgpa_curve'][number]

const p = t.drives.preview
/** What stands before and after the curve itself, in pixels; the slider below keeps the same (drives.css). */
const before = 34
const after = 10
const axis = { fontSize: 11, fill: 'var(--text-quiet)' }

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
  const pick = ({ clientX, currentTarget }: MouseEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    const part = (clientX - left - before) / (width - before - after)
    onPick?.(Math.min(10, Math.max(0, Math.round(part * 40) / 4)) || null)
  }
  return (
    <div className="stack tight">
      {onPick && <p className="quiet small">{p.curveHelp}</p>}
      {/* The slider below does the same by keyboard, and the table says the same in words. */}
      <div className={onPick ? 'curve picks' : 'curve'} aria-hidden="true" data-testid="cgpa-curve" onClick={pick}>
        <ResponsiveContainer width="100%" height="100%">
          <AreaChart data={points} margin={{ top: 6, right: after, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--line)" vertical={false} />
            <XAxis
              dataKey="min_cgpa"
              type="number"
              domain={[0, 10]}
              ticks={[0, 2, 4, 6, 8, 10]}
              tick={axis}
              stroke="var(--line)"
              height={20}
            />
            <YAxis allowDecimals={false} tick={axis} stroke="var(--line)" width={before} tickCount={4} />
            <Tooltip content={<At />} isAnimationActive={false} cursor={{ stroke: 'var(--line-strong)' }} />
            <Area
              dataKey="eligible"
              type="stepBefore"
              stroke="var(--accent)"
              strokeWidth={2}
              fill="var(--info-bg)"
              isAnimationActive={false}
            />
            {value !== null && <ReferenceLine x={value} stroke="var(--warn)" strokeWidth={2} strokeDasharray="4 3" />}
          </AreaChart>
        </ResponsiveContainer>
      </div>
      {onPick && <CurveSlider value={value} points={points} onPick={onPick} />}
      <CurveTable points={points} />
    </div>
  )
}

function At({ active, payload }: { active?: boolean; payload?: readonly { payload?: Point }[] }) {
  const point = payload?.[0]?.payload
  if (!active || !point) return null
  return <div className="curve-at num">{p.curveAt(String(point.min_cgpa), count(point.eligible))}</div>
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
  return (
    <Slider
      className="slider"
      minValue={0}
      maxValue={10}
      step={0.25}
      value={value ?? 0}
      onChange={(next) => onPick(next || null)}
    >
      <Label className="sr-only">{p.curveSlider}</Label>
      <SliderTrack className="slider-track">
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
      <SliderOutput className="small quiet num">
        {value === null ? p.curveAny : at ? p.curveAt(String(value), count(at.eligible)) : p.curveMin(String(value))}
      </SliderOutput>
    </Slider>
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
