import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { isFinal, type Job, useJob } from '~/api/jobs'
import type { DriveBody } from '~/api/schema'
import { LinkButton } from '~/kit/Button'
import { count } from '~/kit/format'
import { JobProgress } from '~/kit/Progress'
import { t } from '~/texts'
import { isRecent, publishJobQuery } from './publishJob'

const drives = [['drives']]

/** PublishProgress follows the publishing of a drive live, also for who comes back to it. */
export function PublishProgress({ drive }: { drive: DriveBody }) {
  const w = t.drives.publish
  const { data: id } = useQuery(publishJobQuery(drive))
  const job = useJob(id, drives)
  if (drive.status !== 'posted' || !id || job === undefined) return null
  if (!job && drive.eligible_count != null) return null
  return (
    <Followed job={job} label={w.going} failed={w.failed}>
      {w.done(count(drive.eligible_count), count(drive.selected_count))}
    </Followed>
  )
}

export const recalculateJobKey = (id: number) => ['recalculate-job', id] as const

/** RecalculateProgress follows what the head started on this drive; nothing when nothing was. */
export function RecalculateProgress({ drive }: { drive: DriveBody }) {
  const w = t.drives.recalculate
  const { data: id = null } = useQuery<number | null>({
    queryKey: recalculateJobKey(drive.drive_id),
    queryFn: () => null,
    enabled: false,
  })
  const job = useJob(id, drives)
  if (!id || job === undefined) return null
  const result = (job?.result ?? {}) as Partial<Record<'eligible' | 'added' | 'removed' | 'kept_registered', number>>
  return (
    <Followed job={job} label={w.going} failed={w.failed}>
      {w.done(count(result.eligible), count(result.added), count(result.removed))}{' '}
      {!!result.kept_registered && w.kept(count(result.kept_registered))}
    </Followed>
  )
}

function Followed({
  job,
  label,
  failed,
  children,
}: {
  job: Job | null
  label: string
  failed: string
  children: ReactNode
}) {
  if (!job || !isFinal(job)) {
    return (
      <div className="card stack tight">
        <JobProgress job={job} label={label} />
        <p className="quiet small">{t.drives.publish.leave}</p>
      </div>
    )
  }
  if (job.state !== 'completed') {
    return (
      <div className="banner bad row between" role="alert">
        <span>{failed}</span>
        <LinkButton to="/jobs">{t.drives.publish.toJob}</LinkButton>
      </div>
    )
  }
  if (!isRecent(job.finalized_at, Date.now())) return null
  return (
    <p className="banner good" role="status">
      {children}
    </p>
  )
}
