import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { share, useFormats } from '~/kit/format'
import type { Dot } from '../days'
import { axis, height, line, margin, tooltip, valueAxis } from './look'

const percent = (n: unknown) => share(Number(n), 100)

export default function PercentLine({ dots, name }: { dots: readonly Dot[]; name: string }) {
  const { day } = useFormats()
  return (
    <ResponsiveContainer width="100%" height={height}>
      <LineChart data={[...dots]} margin={margin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke={line} />
        <XAxis dataKey="day" tickFormatter={day} minTickGap={24} {...axis} padding={{ left: 12, right: 12 }} />
        <YAxis domain={[0, 100]} ticks={[0, 25, 50, 75, 100]} tickFormatter={percent} {...valueAxis} width={48} />
        <Tooltip
          {...tooltip}
          labelFormatter={(label) => day(String(label))}
          formatter={(value) => [percent(value), name]}
          itemStyle={{ color: 'var(--text)' }}
        />
        <Line
          dataKey="value"
          name={name}
          stroke="var(--accent)"
          strokeWidth={2}
          dot={{ r: 3, fill: 'var(--accent)' }}
          isAnimationActive={false}
        />
      </LineChart>
    </ResponsiveContainer>
  )
}
