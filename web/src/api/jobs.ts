import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { base } from './client'
import type { JobBody } from './schema'

export type Job = JobBody

const final = new Set(['completed', 'cancelled', 'discarded'])

export function isFinal(job: Pick<Job, 'state'>): boolean {
  return final.has(job.state)
}

/**
 * useJob follows a job by the server's events until it is final; null while nothing is known. The browser itself connects
 * again when the network comes back. When the job is final, the queries named by `then` are read anew.
 */
export function useJob(id: number | null | undefined, then: readonly unknown[][] = []): Job | null {
  const [job, setJob] = useState<Job | null>(null)
  const queries = useQueryClient()
  const key = JSON.stringify(then)
  useEffect(() => {
    setJob(null)
    if (!id) return
    const events = new EventSource(`${base}/jobs/${id}/events`)
    const take = (event: MessageEvent<string>) => {
      const now = JSON.parse(event.data) as Job
      setJob(now)
      if (!isFinal(now)) return
      events.close()
      for (const queryKey of JSON.parse(key) as unknown[][]) queries.invalidateQueries({ queryKey })
    }
    events.addEventListener('message', take)
    return () => events.close()
  }, [id, key, queries])
  return job
}
