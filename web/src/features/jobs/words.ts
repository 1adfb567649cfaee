import type { Job } from '~/api/jobs'
import type { Tone } from '~/kit/Badge'
import { t } from '~/texts'

export const kindName = (kind: string) => t.jobs.kinds[kind] ?? kind

export const jobName = (job: Pick<Job, 'id' | 'kind'>) => `${kindName(job.kind)} ${t.jobs.no(job.id)}`

export const tones: Record<Job['state'], Tone> = {
  available: 'info',
  pending: 'info',
  running: 'info',
  scheduled: 'calm',
  retryable: 'warn',
  completed: 'good',
  cancelled: 'calm',
  discarded: 'bad',
}

/** duration is how long a job took, in words; null when it is not over. */
export function duration(job: Pick<Job, 'attempted_at' | 'finalized_at'>): string | null {
  if (!job.attempted_at || !job.finalized_at) return null
  const ms = Date.parse(job.finalized_at) - Date.parse(job.attempted_at)
  if (!(ms >= 0)) return null
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
}

/** What the server lets a head do, by the state of a job. */
export const canRetry = (job: Job) => ['retryable', 'cancelled', 'discarded'].includes(job.state)
export const canCancel = (job: Job) => ['available', 'scheduled', 'retryable', 'running', 'pending'].includes(job.state)
