import { useQuery } from '@tanstack/react-query'
import { lazy } from 'react'
import { part } from '~/api/build'
import { useSession } from '~/api/session'
import { count, share, useFormats } from '~/kit/format'
import { t } from '~/texts'
import { ChartCard, type FigureColumn } from './ChartCard'
import { byWeek, type Dot, everyDay, today, within } from './days'
import { attendanceTrendQuery, drivesOverTimeQuery, type Period, registrationsOverTimeQuery } from './queries'

const DayBars = lazy(part(() => import('./charts/DayBars')))
const PercentLine = lazy(part(() => import('./charts/PercentLine')))

/** useDays prepares a period of days: the rows that have something, and for the picture every day, or week of a year. */
function useDays(rows: readonly Dot[] | undefined, days: Period) {
  const last = today(useSession().time_zone)
  if (!rows) return { rows: undefined, picture: [] }
  const found = within(rows, days, last)
  const all = everyDay(found, days, last)
  return { rows: found, picture: days > 90 ? byWeek(all) : all }
}

function useDayColumns(value: string, show: (n: number) => string): FigureColumn<Dot>[] {
  const { day } = useFormats()
  return [
    { title: t.analytics.day, cell: (dot) => day(dot.day) },
    { title: value, end: true, cell: (dot) => show(dot.value) },
  ]
}

const dotOf = ({ day, count }: { day: string; count: number }): Dot => ({ day, value: count })

export function DrivesOverTime({ days }: { days: Period }) {
  const words = t.analytics.drivesOverTime
  const query = useQuery(drivesOverTimeQuery)
  const { rows, picture } = useDays(query.data?.map(dotOf), days)
  return (
    <ChartCard {...words} query={query} columns={useDayColumns(words.value, count)} rows={rows} rowKey={(r) => r.day}>
      {() => <DayBars dots={picture} name={words.value} />}
    </ChartCard>
  )
}

export function RegistrationsOverTime({ days }: { days: Period }) {
  const words = t.analytics.registrationsOverTime
  const query = useQuery(registrationsOverTimeQuery(days))
  const { rows, picture } = useDays(query.data?.map(dotOf), days)
  return (
    <ChartCard {...words} query={query} columns={useDayColumns(words.value, count)} rows={rows} rowKey={(r) => r.day}>
      {() => <DayBars dots={picture} name={words.value} />}
    </ChartCard>
  )
}

export function AttendanceTrend({ days }: { days: Period }) {
  const words = t.analytics.attendanceTrend
  const query = useQuery(attendanceTrendQuery)
  const { rows } = useDays(
    query.data?.map(({ day, percent }) => ({ day, value: percent })),
    days,
  )
  const columns = useDayColumns(words.value, (n) => share(n, 100))
  return (
    <ChartCard {...words} query={query} columns={columns} rows={rows} rowKey={(r) => r.day}>
      {(dots) => <PercentLine dots={dots} name={words.value} />}
    </ChartCard>
  )
}
