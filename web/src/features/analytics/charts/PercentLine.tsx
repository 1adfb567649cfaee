import { line } from 'd3-shape'
import { share, useFormats } from '~/kit/format'
import type { Dot } from '../days'
import { Chart } from './Chart'

const lineOf = (dots: readonly Dot[], top: number) =>
  line<Dot>(
    (_, n) => n + 0.5,
    ({ value }) => top - value,
  )(dots) ?? ''

const percent = (n: number) => share(n, 100)
const quarters = [0, 25, 50, 75, 100]

export default function PercentLine({ dots, name }: { dots: readonly Dot[]; name: string }) {
  const { day } = useFormats()
  const named = (n: number) => day(dots[n]?.day ?? '')
  return (
    <Chart
      places={dots.length}
      most={100}
      levels={quarters}
      level={percent}
      named={named}
      tip={(n) => `${named(n)} · ${name}: ${percent(dots[n]?.value ?? 0)}`}
    >
      {(top) => (
        <>
          <path className="chart-line" d={lineOf(dots, top)} />
          {dots.map(({ day, value }, n) => (
            // A line of no length with round ends: a circle would be drawn out with the picture.
            <path key={day} className="chart-dot" d={`M${n + 0.5} ${top - value}h0`} />
          ))}
        </>
      )}
    </Chart>
  )
}
