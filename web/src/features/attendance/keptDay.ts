import { change, read, remove, write } from '~/api/kept'
import type { DriveBody } from '~/api/schema'
import type { Attendee, Status } from './marks'

/** Kept is a day as this browser last saw it, to go on with when there is no network. */
interface Kept {
  drive: DriveBody
  rows: Attendee[]
}

const keyOf = (userId: number, driveId: number) => `list:${userId}:${driveId}`

export const keptDay = (userId: number, driveId: number) => read<Kept>(keyOf(userId, driveId))

/** Only a day that still goes on is worth keeping. */
export function keepDay(userId: number, drive: DriveBody, rows: Attendee[]): Promise<void> {
  const key = keyOf(userId, drive.drive_id)
  return drive.status === 'attending' ? write(key, { drive, rows } satisfies Kept) : remove(key)
}

/** keepMarks puts marks that the server has taken into what is kept, if anything is. */
export async function keepMarks(userId: number, driveId: number, marks: ReadonlyMap<number, Status | null>) {
  const kept = await keptDay(userId, driveId)
  if (!kept) return
  await change<Kept>(keyOf(userId, driveId), (now = kept) => ({ ...now, rows: withMarks(now.rows, marks) }))
}

export function withMarks(rows: readonly Attendee[], marks: ReadonlyMap<number, Status | null>): Attendee[] {
  return rows.map((row) => {
    const status = marks.get(row.student_id)
    return status === undefined || status === row.status ? row : { ...row, status }
  })
}
