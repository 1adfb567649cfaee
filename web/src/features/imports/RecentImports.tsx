import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { isFinal, type Job } from '~/api/jobs'
import { Badge, type Tone } from '~/kit/Badge'
import { count, useFormats } from '~/kit/format'
import { Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { recentImportsQuery, resultOf } from './queries'

export function RecentImports() {
  const query = useQuery(recentImportsQuery)
  return (
    <section className="stack tight">
      <h2>{t.imports.recent}</h2>
      <Loaded query={query} skeleton={<Skeleton lines={4} height="2.5rem" />}>
        {(jobs) =>
          jobs.length === 0 ? (
            <p className="quiet">{t.imports.noRecent}</p>
          ) : (
            <ul className="recent">
              {jobs.map((job) => (
                <Recent key={job.id} job={job} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  )
}

function Recent({ job }: { job: Job }) {
  const { moment } = useFormats()
  const { tone, state, text } = wordsOf(job)
  const result = resultOf(job)
  const kind = result?.dry_run ? t.imports.check : t.imports.import
  return (
    <li>
      <Link href={`/import?job=${job.id}`} className="recent-link">
        <span>{t.imports.what(kind, job.id)}</span>
        <span className="quiet num">{moment(job.created_at)}</span>
        <span className="quiet num recent-text">{text}</span>
        <Badge tone={tone}>{state}</Badge>
      </Link>
    </li>
  )
}

function wordsOf(job: Job): { tone: Tone; state: string; text: string } {
  const result = resultOf(job)
  if (!isFinal(job) || !result) {
    const { done, total } = job.progress
    return {
      tone: isFinal(job) ? 'bad' : 'info',
      state: t.common.jobState[job.state],
      text: t.common.jobProgress(count(done), count(total)),
    }
  }
  const { figures } = t.imports
  if (!result.ok)
    return { tone: 'bad', state: t.imports.faults(result.error_count, count(result.error_count)), text: '' }
  return {
    tone: result.dry_run ? 'calm' : 'good',
    state: t.common.jobState[job.state],
    text: `${figures.created}: ${count(result.created)} · ${figures.updated}: ${count(result.updated)}`,
  }
}
