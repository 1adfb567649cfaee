import { isFinal, useJob } from '~/api/jobs'
import type { DriveBody } from '~/api/schema'
import { count } from '~/kit/format'
import { JobProgress } from '~/kit/Progress'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { eligibleKey } from './queries'

/** Published says whom the drive reached; right after publishing, how far the job is that selects and tells them. */
export function Published({ drive }: { drive: DriveBody }) {
  const { get } = useUrlState()
  const jobId = Number(get('job')) || null
  const job = useJob(jobId, [['drives'], [...eligibleKey(drive.drive_id)]])
  if (jobId && (job === null || (job && !isFinal(job)))) {
    return (
      <section className="card choice-bar tall">
        <JobProgress job={job} label={t.selection.publishing} />
        <p className="quiet">{t.selection.mayLeave}</p>
      </section>
    )
  }
  const selected = count(drive.selected_count)
  if (job && job.state !== 'completed') {
    return (
      <p className="banner bad" role="alert">
        {t.selection.publishFailed}
      </p>
    )
  }
  if (drive.published_at === null) return null
  return (
    <p className={job ? 'banner good' : 'banner'} role="status">
      {job && t.selection.published(selected)}{' '}
      {drive.auto_published ? t.selection.auto(selected) : t.selection.byHand(selected, count(drive.eligible_count))}
    </p>
  )
}
