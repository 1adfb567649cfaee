import { isFinal, type Job } from '~/api/jobs'
import { useSession } from '~/api/session'
import { Badge } from '~/kit/Badge'
import { Button, DownloadButton, LinkButton } from '~/kit/Button'
import { count, useFormats } from '~/kit/format'
import { Progress } from '~/kit/Progress'
import { t } from '~/texts'
import type { Moving } from './MoveJob'
import { canCancel, canRetry, duration, jobName, kindName, tones } from './words'

export function JobEntry({ job, onMove }: { job: Job; onMove: (moving: Moving) => void }) {
  const { moment } = useFormats()
  const took = duration(job)
  return (
    <li className="job" aria-label={jobName(job)}>
      <div className="row between">
        <div className="row">
          <strong>{kindName(job.kind)}</strong>
          <span className="quiet num">{t.jobs.no(job.id)}</span>
          <Badge tone={tones[job.state]}>{t.common.jobState[job.state]}</Badge>
        </div>
        <span className="quiet num job-when">
          {moment(job.created_at)}
          {took && ` · ${t.jobs.took(took)}`}
          {job.attempt > 1 && ` · ${t.jobs.attempts(job.attempt, job.max_attempts)}`}
        </span>
      </div>
      <Going job={job} />
      <div className="row between job-foot">
        <Details job={job} />
        <Actions job={job} onMove={onMove} />
      </div>
    </li>
  )
}

function Going({ job }: { job: Job }) {
  if (isFinal(job) || job.state === 'scheduled') return null
  const { done, total } = job.progress
  return (
    <div className="row job-going">
      <Progress label={jobName(job)} done={done} total={job.state === 'running' && total <= 1 ? undefined : total} />
      <span className="quiet num">{t.common.jobProgress(count(done), count(total))}</span>
    </div>
  )
}

function Actions({ job, onMove }: { job: Job; onMove: (moving: Moving) => void }) {
  const { role } = useSession()
  const isHead = role === 'HEAD'
  return (
    <div className="row">
      {job.download_url && job.kind === 'export-registrations-csv' && (
        <DownloadButton href={`/api${job.download_url}`}>{t.jobs.download}</DownloadButton>
      )}
      {isHead && job.kind === 'import-students' && (
        <LinkButton look="plain" to={`/import?job=${job.id}`}>
          {t.jobs.openImport}
        </LinkButton>
      )}
      {isHead && canRetry(job) && <Button onPress={() => onMove({ job, how: 'retry' })}>{t.jobs.retry}</Button>}
      {isHead && canCancel(job) && (
        <Button danger onPress={() => onMove({ job, how: 'cancel' })}>
          {t.jobs.cancel}
        </Button>
      )}
    </div>
  )
}

function Details({ job }: { job: Job }) {
  const { moment } = useFormats()
  const { facts } = t.jobs
  return (
    <details className="details job-details">
      <summary aria-label={t.jobs.detailsOf(jobName(job))}>
        {job.errors.length > 0 ? t.jobs.errors(job.errors.length) : t.jobs.details}
      </summary>
      <div className="stack tight">
        <dl className="facts">
          <Fact name={facts.created}>{moment(job.created_at)}</Fact>
          <Fact name={facts.attempted}>{moment(job.attempted_at)}</Fact>
          <Fact name={facts.finalized}>{moment(job.finalized_at)}</Fact>
          <Fact name={facts.attempt}>{t.common.jobProgress(count(job.attempt), count(job.max_attempts))}</Fact>
        </dl>
        {job.errors.map((error) => (
          <div key={`${error.attempt} ${error.at}`}>
            <p className="quiet num">{t.jobs.errorAt(error.attempt, moment(error.at))}</p>
            <pre className="job-text bad">{error.message}</pre>
          </div>
        ))}
        {job.result != null && (
          <div>
            <p className="quiet">{t.jobs.result}</p>
            <pre className="job-text">{JSON.stringify(job.result, null, 1)}</pre>
          </div>
        )}
      </div>
    </details>
  )
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  )
}
