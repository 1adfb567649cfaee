import { type MouseEvent, type ReactNode, useState } from 'react'
import { levelsOf } from '~/kit/levels'
import './charts.css'

/**
 * Chart has the levels at the side, the names below and, under the pointer, the words of a place. What is drawn in it stands in
 * units of its own: one to the right for each place, upwards as much as there is.
 */
export function Chart({
  places,
  most,
  levels = levelsOf(most),
  level,
  named,
  tip,
  children,
}: {
  places: number
  most: number
  levels?: readonly number[]
  level: (value: number) => string
  /** The name of a place, below it; of many places only some are named. */
  named: (place: number) => string
  tip: (place: number) => ReactNode
  children: (top: number) => ReactNode
}) {
  const [at, setAt] = useState<number | null>(null)
  const top = levels.at(-1) ?? 1
  const point = ({ clientX, currentTarget }: MouseEvent) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    setAt(Math.max(0, Math.min(places - 1, Math.floor((places * (clientX - left)) / width))))
  }
  const every = Math.ceil(places / mostNames)
  const names = Array.from({ length: Math.ceil(places / every) }, (_, n) => n * every)
  const across = (place: number) => `${(100 * (place + 0.5)) / places}%`
  return (
    <div className="chart">
      <div className="chart-levels num">
        {levels.map((value) => (
          <span key={value} style={{ bottom: `${(100 * value) / top}%` }}>
            {level(value)}
          </span>
        ))}
      </div>
      <div className="chart-plot" onPointerMove={point} onPointerLeave={() => setAt(null)}>
        <svg viewBox={`0 0 ${places} ${top}`} preserveAspectRatio="none" aria-hidden="true">
          {levels.map((value) => (
            <line key={value} className="chart-level" x1={0} x2={places} y1={top - value} y2={top - value} />
          ))}
          {at !== null && <rect className="chart-here" x={at} y={0} width={1} height={top} />}
          {children(top)}
        </svg>
        {at !== null && (
          <div className={at * 2 < places ? 'chart-tip num' : 'chart-tip num end'} style={{ left: across(at) }}>
            <div>{tip(at)}</div>
          </div>
        )}
      </div>
      <div className={every > 1 ? 'chart-names num some' : 'chart-names num'}>
        {names.map((place) => (
          <span key={place} style={{ left: across(place) }}>
            {named(place)}
          </span>
        ))}
      </div>
    </div>
  )
}

/** So many names fit below a chart of half a page. */
const mostNames = 8
