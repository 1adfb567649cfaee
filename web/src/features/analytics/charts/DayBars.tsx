import { count, useFormats } from '~/kit/format'
import type { Dot } from '../days'
import { Chart } from './Chart'

export default function DayBars({ dots, name }: { dots: readonly Dot[]; name: string }) {
  const { day } = useFormats()
  const named = (n: number) => day(dots[n]?.day ?? '')
  return (
    <Chart
      places={dots.length}
      most={Math.max(0, ...dots.map(({ value }) => value))}
      level={count}
      named={named}
      tip={(n) => `${named(n)} · ${name}: ${count(dots[n]?.value)}`}
    >
      {(top) =>
        dots.map(({ day, value }, n) => (
          <rect key={day} className="chart-bar" x={n + 0.1} y={top - value} width={0.8} height={value} />
        ))
      }
    </Chart>
  )
}
