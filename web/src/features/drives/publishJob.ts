import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'
import type { DriveBody } from '~/api/schema'

export const publishJobKey = (id: number) => ['publish-job', id] as const
const storageKey = (id: number) => `placeops-publish-${id}`

export function rememberPublishJob(id: number, jobId: number) {
  sessionStorage.setItem(storageKey(id), String(jobId))
}

/** publishJobQuery is the id of the job that publishes a drive, also for who comes back, or did not press the button. */
export const publishJobQuery = (drive: DriveBody) =>
  queryOptions({
    queryKey: publishJobKey(drive.drive_id),
    queryFn: async () => {
      const known = Number(sessionStorage.getItem(storageKey(drive.drive_id)))
      if (known > 0) return known
      const query = { kind: 'auto-publish', limit: 50 }
      return nearestJob(drive, await data(api.GET('/jobs', { params: { query } })))
    },
    // Later there is nothing to follow: the counts stand in the drive.
    enabled: drive.status === 'posted' && (drive.eligible_count == null || isRecent(drive.published_at, Date.now())),
    staleTime: Number.POSITIVE_INFINITY,
  })

const recent = 5 * 60_000

export function isRecent(moment: string | null, now: number): boolean {
  return moment !== null && now - Date.parse(moment) < recent
}

/** nearestJob: a job does not name its drive, but the one of a publish is made in the same moment. */
export function nearestJob(
  drive: Pick<DriveBody, 'published_at'>,
  jobs: readonly { id: number; created_at: string }[],
): number | null {
  if (!drive.published_at) return null
  const published = Date.parse(drive.published_at)
  let nearest: number | null = null
  let least = 2000
  for (const { id, created_at } of jobs) {
    const apart = Math.abs(Date.parse(created_at) - published)
    if (apart >= least) continue
    nearest = id
    least = apart
  }
  return nearest
}
