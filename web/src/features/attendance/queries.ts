import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { ApiError } from '~/api/problem'
import { queryClient, useSession } from '~/api/session'
import { driveQuery } from '~/features/drives/queries'
import { keepDay, keptDay } from './keptDay'
import { type Attendee, applied, type Counts, counted, type QueuedMark } from './marks'
import { attendanceKey, listed, outboxOf } from './outbox'

/** attendanceQuery is everybody registered with the marks that the server has; without the network, what was seen last. */
export const attendanceQuery = (userId: number, driveId: number) =>
  queryOptions({
    queryKey: attendanceKey(userId, driveId),
    queryFn: async () => {
      const asked = performance.now()
      try {
        const rows = outboxOf(userId, driveId).compared(await listed(driveId), asked)
        const drive = queryClient.getQueryData(driveQuery(driveId).queryKey)
        if (drive) await keepDay(userId, drive, rows)
        return rows
      } catch (error) {
        const kept = error instanceof ApiError && error.isOffline ? await keptDay(userId, driveId) : undefined
        if (kept) return kept.rows
        throw error
      }
    },
    networkMode: 'always',
  })

/** useKeptDrive puts the drive as it was last seen where the frame looks for it, until the server can be asked. */
export function useKeptDrive(driveId: number): boolean {
  const { user } = useSession()
  const queries = useQueryClient()
  const { queryKey } = driveQuery(driveId)
  const [isReady, setReady] = useState(() => queries.getQueryData(queryKey) !== undefined)
  useEffect(() => {
    let isHere = true
    keptDay(user.user_id, driveId).then((kept) => {
      const key = driveQuery(driveId).queryKey
      // It counts as old: the server is asked as soon as it answers.
      if (kept && !queries.getQueryData(key)) queries.setQueryData(key, kept.drive, { updatedAt: 1 })
      if (isHere) setReady(true)
    })
    return () => {
      isHere = false
    }
  }, [user.user_id, driveId, queries])
  return isReady
}

/** useDay is all that the parts of the page share: the list as it will be, its figures, and the marks on their way. */
export function useDay(driveId: number) {
  const { user } = useSession()
  const outbox = outboxOf(user.user_id, driveId)
  const state = useSyncExternalStore(outbox.subscribe, outbox.snapshot)
  const query = useQuery({
    ...attendanceQuery(user.user_id, driveId),
    refetchInterval: ({ state }) => ((state.data?.length ?? 0) > 1_000 ? 30_000 : 8_000),
  })
  return { outbox, state, query, ...seen(query.data ?? none, state.queue) }
}

interface Seen {
  rows: Attendee[]
  counts: Counts
  waiting: ReadonlySet<number>
}

const none: Attendee[] = []
let last: { data: Attendee[]; queue: readonly QueuedMark[]; seen: Seen } | undefined

/** seen puts the list and the marks on their way together, once for all parts of the page. */
function seen(data: Attendee[], queue: readonly QueuedMark[]): Seen {
  if (last?.data !== data || last.queue !== queue) {
    const rows = applied(data, queue)
    const waiting = new Set(queue.map(({ student_id }) => student_id))
    last = { data, queue, seen: { rows, counts: counted(rows), waiting } }
  }
  return last.seen
}

export type Day = ReturnType<typeof useDay>
