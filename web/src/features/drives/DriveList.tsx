import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import type { DriveBody } from '~/api/schema'
import { DriveStatus } from '~/kit/Badge'
import { Button } from '~/kit/Button'
import { useFormats } from '~/kit/format'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { listQuery } from './queries'

const c = t.drives.columns

/** DriveList is for those who read drives and do not run them. */
export function DriveList({ q }: { q: string }) {
  const query = useInfiniteQuery(listQuery(q))
  const rows = query.data?.pages.flatMap((page) => page.rows)
  return (
    <Loaded query={{ ...query, data: rows }} skeleton={<Skeleton lines={8} height="2.5rem" />}>
      {(drives) =>
        drives.length === 0 ? (
          <Blank title={q ? t.drives.noneFound(q) : t.drives.noneYet}>{q ? null : t.drives.noneForStaff}</Blank>
        ) : (
          <>
            <div className="card drive-table">
              <table>
                <thead>
                  <tr>
                    <th scope="col">{c.company}</th>
                    <th scope="col">{c.state}</th>
                    <th scope="col">{c.deadline}</th>
                    <th scope="col">{c.interview}</th>
                    <th scope="col">{c.location}</th>
                  </tr>
                </thead>
                <tbody>
                  {drives.map((drive) => (
                    <Row key={drive.drive_id} drive={drive} />
                  ))}
                </tbody>
              </table>
            </div>
            {query.hasNextPage && (
              <Button look="plain" isPending={query.isFetchingNextPage} onPress={() => query.fetchNextPage()}>
                {t.common.more}
              </Button>
            )}
          </>
        )
      }
    </Loaded>
  )
}

function Row({ drive }: { drive: DriveBody }) {
  const { dateTime } = useFormats()
  const [, go] = useLocation()
  const address = `/drives/${drive.drive_id}`
  return (
    // The whole row leads there for the mouse; the link in it is what the keyboard and readers use, and goes by itself.
    <tr onClick={(event) => !(event.target as Element).closest('a') && go(address)}>
      <th scope="row">
        <Link href={address}>{drive.company_name}</Link>
        <span className="quiet small">{drive.job_title}</span>
      </th>
      <td>
        <DriveStatus status={drive.status} />
      </td>
      <td className="num" data-label={c.deadline}>
        {dateTime(drive.registration_deadline)}
      </td>
      <td className="num" data-label={c.interview}>
        {dateTime(drive.interview_date)}
      </td>
      <td data-label={c.location}>{drive.location ?? t.common.none}</td>
    </tr>
  )
}
