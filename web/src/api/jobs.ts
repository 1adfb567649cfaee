import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, base, data } from './client'
import { ApiError } from './problem'
import type { JobBody } from './schema'

export type Job = JobBody

const final = new Set(['completed', 'cancelled', 'discarded'])

export function isFinal(job: Pick<Job, 'state'>): boolean {
  return final.has(job.state)
}

/** How long to wait before the server is asked for a job again whose events it does not give. */
const pause = 3_000

/**
 * useJob follows a job by the server's events until it is final; null while nothing is known, undefined when there is no such
 * job (any more). When the job is final, the queries named by `then` are read anew.
 */
export function useJob(id: number | null | undefined, then: readonly unknown[][] = []): Job | null | undefined {
  const [job, setJob] = useState<Job | null | undefined>(null)
  const queries = useQueryClient()
  const key = JSON.stringify(then)
  useEffect(() => {
    setJob(null)
    if (!id) return
    return followed(id, (now) => {
      setJob(now)
      if (!now || !isFinal(now)) return
      for (const queryKey of JSON.parse(key) as unknown[][]) queries.invalidateQueries({ queryKey })
    })
  }, [id, key, queries])
  return job
}

/**
 * followed tells of each change of a job until the returned function is called. The browser itself connects again when the network
 * comes back, but gives up when it is refused: by too many who watch, a proxy whose server restarts, or a sign-in that has ended.
 */
function followed(id: number, tell: (job: Job | undefined) => void): () => void {
  let events: EventSource | undefined
  let waiting: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const take = (job: Job) => {
    if (isFinal(job)) events?.close()
    tell(job)
  }
  const listen = () => {
    events = new EventSource(`${base}/jobs/${id}/events`)
    events.addEventListener('message', ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Job))
    events.addEventListener('error', () => {
      if (events?.readyState === EventSource.CLOSED && !isOver) ask()
    })
  }
  const ask = async () => {
    try {
      const job = await data(api.GET('/jobs/{id}', { params: { path: { id } } }))
      if (isOver) return
      take(job)
      if (!isFinal(job)) waiting = setTimeout(listen, pause)
    } catch (error) {
      if (isOver) return
      if (error instanceof ApiError && gone.has(error.status)) tell(undefined)
      else waiting = setTimeout(ask, pause)
    }
  }
  listen()
  return () => {
    isOver = true
    clearTimeout(waiting)
    events?.close()
  }
}

const gone = new Set([403, 404, 410])
