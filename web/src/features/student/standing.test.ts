import { expect, test } from 'vitest'
import type { DriveBody, OwnRegistrationBody } from '~/api/schema'
import { forMe, forOthers } from './standing'

const drive = (drive_id: number, registration_deadline: string | null = null, status = 'posted') =>
  ({ drive_id, registration_deadline, status }) as OwnRegistrationBody

const ids = (drives: readonly DriveBody[]) => drives.map(({ drive_id }) => drive_id)

test('the next deadline comes first, none last, and a registration moves no card', () => {
  const open = [drive(3), drive(2, '2026-12-05T10:00:00Z'), drive(1, '2026-12-01T10:00:00Z')]
  const before = forMe(open, [])
  const after = forMe(open, [drive(2, '2026-12-05T10:00:00Z')])
  expect(ids(before.map((s) => s.drive))).toEqual([1, 2, 3])
  expect(ids(after.map((s) => s.drive))).toEqual([1, 2, 3])
  expect(after.map((s) => s.isRegistered)).toEqual([false, true, false])
})

test('a registration for an open drive stays, also where it could not be made any more; one that is over does not', () => {
  const mine = forMe([], [drive(4), drive(5, null, 'attending'), drive(6, null, 'cancelled')])
  expect(ids(mine.map((s) => s.drive))).toEqual([4])
})

test('the other open drives are those for others', () => {
  const posted = [drive(1), drive(2, '2026-12-05T10:00:00Z'), drive(3)]
  expect(ids(forOthers(posted, forMe([drive(1)], [])))).toEqual([2, 3])
})
