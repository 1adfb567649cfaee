import type { DriveBody, OwnRegistrationBody } from '~/api/schema'

export interface Standing {
  drive: DriveBody
  isRegistered: boolean
}

/**
 * forMe are the open drives that concern this student, the next deadline first: those that may be registered for and those
 * that were, in one order, so that a card stays where it is when its button is pressed.
 */
export function forMe(mayRegister: readonly DriveBody[], registrations: readonly OwnRegistrationBody[]): Standing[] {
  const standings = new Map<number, Standing>()
  for (const drive of mayRegister) standings.set(drive.drive_id, { drive, isRegistered: false })
  for (const drive of registrations) {
    if (drive.status === 'posted') standings.set(drive.drive_id, { drive, isRegistered: true })
  }
  return [...standings.values()].sort((a, b) => byDeadline(a.drive, b.drive))
}

/** forOthers are the open drives that this student may not register for. */
export function forOthers(posted: readonly DriveBody[], mine: readonly Standing[]): DriveBody[] {
  const known = new Set(mine.map(({ drive }) => drive.drive_id))
  return posted.filter((drive) => drive.status === 'posted' && !known.has(drive.drive_id)).sort(byDeadline)
}

function byDeadline(a: DriveBody, b: DriveBody): number {
  return deadlineOf(a) - deadlineOf(b) || b.drive_id - a.drive_id
}

const never = Number.MAX_SAFE_INTEGER

function deadlineOf({ registration_deadline }: DriveBody): number {
  return registration_deadline ? Date.parse(registration_deadline) : never
}
