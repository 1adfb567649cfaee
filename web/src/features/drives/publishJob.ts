import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'
import type { DriveBody, JobBody } from '~/api/schema'

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
      const query = { kind: 'auto-publish', limit: 500 }
      return jobOf(drive, await data(api.GET('/jobs', { params: { query } })))
    },
    // Later there is nothing to follow: the counts stand in the drive.
    enabled: drive.status === 'posted' && (drive.eligible_count == null || isRecent(drive.published_at, Date.now())),
    staleTime: Number.POSITIVE_INFINITY,
  })

const recent = 5 * 60_000

export function isRecent(moment: string | null, now: number): boolean {
  return moment !== null && now - Date.parse(moment) < recent
}

/** jobOf is the newest job that is about a drive. */
export function jobOf(
  { drive_id }: Pick<DriveBody, 'drive_id'>,
  newestFirst: readonly Pick<JobBody, 'id' | 'drive_id'>[],
): number | null {
  return newestFirst.find((job) => job.drive_id === drive_id)?.id ?? null
}
