import { ProgressBar } from 'react-aria-components/ProgressBar'
import { isFinal, type Job } from '~/api/jobs'
import { t } from '~/texts'
import { count } from './format'

/** Progress of a known amount; without `total` it only shows that something goes on. */
export function Progress({ label, done, total }: { label: string; done?: number; total?: number | undefined }) {
  const known = !!total
  return (
    <ProgressBar
      aria-label={label}
      value={done ?? 0}
      maxValue={total ?? 100}
      isIndeterminate={!known}
      className={known ? 'bar' : 'bar unknown'}
    >
      {({ percentage }) => <div style={{ width: `${percentage ?? 0}%` }} />}
    </ProgressBar>
  )
}

/** JobProgress shows a job live; the page may be left, the job goes on in the server. */
export function JobProgress({ job, label }: { job: Job | null; label: string }) {
  if (!job) return <Progress label={label} />
  const { done, total } = job.progress
  // A job that counts nothing is a single step: that it goes on is all there is to say.
  const isCounted = total > 1 && !isFinal(job)
  return (
    <div className="stack tight">
      <div className="row between">
        <span>{label}</span>
        <span className="quiet num" aria-live="polite">
          {isCounted ? t.common.jobProgress(count(done), count(total)) : t.common.jobState[job.state]}
        </span>
      </div>
      {isFinal(job) ? (
        <Progress label={label} done={job.state === 'completed' ? 1 : 0} total={1} />
      ) : (
        <Progress label={label} done={done} total={isCounted ? total : undefined} />
      )}
    </div>
  )
}
