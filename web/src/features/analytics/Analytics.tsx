import { useQuery } from '@tanstack/react-query'
import { useSession } from '~/api/session'
import { useFormats } from '~/kit/format'
import { Page } from '~/kit/Page'
import { Select } from '~/kit/Select'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { ByBranch } from './ByBranch'
import { Funnel } from './Funnel'
import { AttendanceTrend, DrivesOverTime, RegistrationsOverTime } from './OverTime'
import { periods, summaryQuery } from './queries'
import { Refresh } from './Refresh'
import { Summary } from './Summary'
import { TopDrives } from './TopDrives'
import './analytics.css'

export default function Analytics() {
  const { role } = useSession()
  const { get, set } = useUrlState()
  const days = periods.find((period) => String(period) === get('days')) ?? 30
  const { data: summary } = useQuery(summaryQuery(days))
  const { dateTime } = useFormats()
  return (
    <Page
      title={t.analytics.title}
      lead={summary ? t.analytics.asOf(dateTime(summary.refreshed_at)) : t.analytics.lead}
      actions={
        <>
          <Select
            label={t.analytics.period}
            hideLabel
            value={String(days)}
            options={periods.map((period) => ({ id: String(period), text: t.analytics.periods[period] }))}
            onChange={(id) => set({ days: id === '30' ? null : id })}
          />
          {role === 'HEAD' && <Refresh />}
        </>
      }
    >
      <Summary days={days} />
      <div className="charts">
        <RegistrationsOverTime days={days} />
        <DrivesOverTime days={days} />
        <Funnel days={days} />
        <AttendanceTrend days={days} />
        <ByBranch days={days} />
        <TopDrives />
      </div>
    </Page>
  )
}
