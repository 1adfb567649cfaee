import { useQuery } from '@tanstack/react-query'
import { lazy } from 'react'
import { part } from '~/api/build'
import { count } from '~/kit/format'
import { t } from '~/texts'
import { ChartCard } from './ChartCard'
import { byBranchQuery, type Period } from './queries'

const BranchBars = lazy(part(() => import('./charts/BranchBars')))

const words = t.analytics.byBranch

export function ByBranch({ days }: { days: Period }) {
  const query = useQuery(byBranchQuery(days))
  const rows = query.data?.map((row) => ({ ...row, branch: row.branch ?? words.without }))
  const numbers = (['students', 'eligible', 'registered', 'present'] as const).map((name) => ({
    title: words[name],
    end: true,
    cell: (row: NonNullable<typeof rows>[number]) => count(row[name]),
  }))
  return (
    <ChartCard
      title={words.title}
      lead={words.lead}
      query={query}
      columns={[{ title: words.branch, cell: (row) => row.branch }, ...numbers]}
      rows={rows}
      rowKey={(row) => row.branch}
    >
      {(rows) => <BranchBars rows={rows} />}
    </ChartCard>
  )
}
