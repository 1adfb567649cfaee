import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { count } from '~/kit/format'
import { t } from '~/texts'
import { ChartCard } from './ChartCard'
import { topDrivesQuery } from './queries'

const words = t.analytics.topDrives

/** TopDrives is a list of bars with names that can be read; the table leads to the drives. */
export function TopDrives() {
  const query = useQuery(topDrivesQuery)
  return (
    <ChartCard
      title={words.title}
      lead={words.lead}
      query={query}
      rows={query.data}
      rowKey={(drive) => drive.drive_id}
      columns={[
        {
          title: words.drive,
          cell: (drive) => (
            <Link href={`/drives/${drive.drive_id}`}>{`${drive.company_name} · ${drive.job_title}`}</Link>
          ),
        },
        { title: words.value, end: true, cell: (drive) => count(drive.registrations) },
      ]}
    >
      {(drives) => (
        <div className="funnel">
          {drives.map((drive) => (
            <div key={drive.drive_id}>
              <div className="row between top-drive">
                <span>
                  {drive.company_name} <span className="quiet">{drive.job_title}</span>
                </span>
                <strong className="num">{count(drive.registrations)}</strong>
              </div>
              <div className="funnel-track thin">
                <div style={{ width: `${(100 * drive.registrations) / (drives[0]?.registrations || 1)}%` }} />
              </div>
            </div>
          ))}
        </div>
      )}
    </ChartCard>
  )
}
