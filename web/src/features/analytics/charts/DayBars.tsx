import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { count, useFormats } from '~/kit/format'
import type { Dot } from '../days'
import { axis, height, line, margin, tooltip, valueAxis } from './look'

export default function DayBars({ dots, name }: { dots: readonly Dot[]; name: string }) {
  const { day } = useFormats()
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart data={[...dots]} margin={margin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke={line} />
        <XAxis dataKey="day" tickFormatter={day} minTickGap={24} {...axis} />
        <YAxis tickFormatter={count} {...valueAxis} />
        <Tooltip
          {...tooltip}
          labelFormatter={(label) => day(String(label))}
          formatter={(value) => [count(Number(value)), name]}
          itemStyle={{ color: 'var(--text)' }}
        />
        <Bar dataKey="value" name={name} fill="var(--accent)" radius={[2, 2, 0, 0]} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  )
}
