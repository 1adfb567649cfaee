import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { count } from '~/kit/format'
import { t } from '~/texts'
import { axis, height, line, margin, tooltip, valueAxis } from './look'

interface Row {
  branch: string
  students: number
  eligible: number
  registered: number
  present: number
}

/** From light to strong, as the students become fewer. */
const fills = {
  students: 'var(--line-strong)',
  eligible: 'color-mix(in srgb, var(--accent) 45%, var(--bg-raised))',
  registered: 'var(--accent)',
  present: 'var(--good)',
} as const

const names = Object.keys(fills) as (keyof typeof fills)[]
const words = t.analytics.byBranch

export default function BranchBars({ rows }: { rows: readonly Row[] }) {
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart data={[...rows]} margin={margin} accessibilityLayer={false} barGap={1}>
        <CartesianGrid vertical={false} stroke={line} />
        <XAxis dataKey="branch" {...axis} />
        <YAxis tickFormatter={count} {...valueAxis} />
        <Tooltip
          {...tooltip}
          formatter={(value, name) => [count(Number(value)), String(name)]}
          itemStyle={{ color: 'var(--text)' }}
        />
        <Legend itemSorter={null} iconSize={10} formatter={(name) => <span className="quiet">{String(name)}</span>} />
        {names.map((name) => (
          <Bar
            key={name}
            dataKey={name}
            name={words[name]}
            fill={fills[name]}
            radius={[2, 2, 0, 0]}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  )
}
