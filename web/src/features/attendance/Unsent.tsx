import { useEffect, useState, useSyncExternalStore } from 'react'
import { Link, useLocation } from 'wouter'
import { useSession } from '~/api/session'
import { t } from '~/texts'
import { keptDay } from './keptDay'
import { students } from './marks'
import { outboxOf, rest, resume } from './outbox'

/**
 * Unsent stands over every page of who marks attendance: it sends what was left in this browser, says so until it is done,
 * and lets the pages be opened without the network.
 */
export default function Unsent() {
  const { user, expires_at } = useSession()
  const [path] = useLocation()
  const [drives, setDrives] = useState<number[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: somebody who has signed in again has another end of the sign-in
  useEffect(() => {
    resume(user.user_id).then(setDrives)
  }, [user.user_id, expires_at, path])
  useEffect(() => rest, [])
  useEffect(register, [])
  return drives
    .filter((driveId) => path !== `/drives/${driveId}/attendance`)
    .map((driveId) => <OfDrive key={driveId} userId={user.user_id} driveId={driveId} />)
}

function OfDrive({ userId, driveId }: { userId: number; driveId: number }) {
  const outbox = outboxOf(userId, driveId)
  const { queue } = useSyncExternalStore(outbox.subscribe, outbox.snapshot)
  const [company, setCompany] = useState('')
  useEffect(() => {
    keptDay(userId, driveId).then((kept) => setCompany(kept?.drive.company_name ?? ''))
  }, [userId, driveId])
  if (queue.length === 0) return null
  return (
    <p className="banner warn unsent" role="status">
      <span>{t.attendance.unsavedElsewhere(students(queue), company)}</span>
      <Link href={`/drives/${driveId}/attendance`}>{t.attendance.toMarks}</Link>
    </p>
  )
}

function register() {
  if (!import.meta.env.PROD) return
  // Not there without TLS; the marks are kept all the same, only the page has to be loaded from the server.
  navigator.serviceWorker?.register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' }).catch(() => {})
}
