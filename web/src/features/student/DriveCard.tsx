import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { DriveBody, EligibilityBody } from '~/api/schema'
import { useFormats } from '~/kit/format'
import { t } from '~/texts'
import { Countdown } from './Countdown'
import { verdictQuery } from './queries'
import { RegisterActions } from './RegisterActions'
import { whyNot } from './rules'
import type { Standing } from './standing'

const amount = new Intl.NumberFormat('en-IN', { maximumFractionDigits: 2 })

export const packageOf = ({ package_lpa }: DriveBody) =>
  package_lpa === null ? null : t.student.lpa(amount.format(package_lpa))

/** DriveCard is a drive in a list. The whole card leads to the drive; its buttons lie above that. */
export function DriveCard({ drive, children }: { drive: DriveBody; children: ReactNode }) {
  const { weekday } = useFormats()
  const place = [packageOf(drive), drive.location].filter(Boolean).join(' · ')
  return (
    <li className="card drive">
      <div>
        <h3>
          <Link href={`/open/${drive.drive_id}`} className="drive-link">
            {drive.company_name}
          </Link>
        </h3>
        <p>{drive.job_title}</p>
        <div className="drive-facts quiet">
          <p>{place || t.common.none}</p>
          <p>
            {drive.interview_date ? t.student.interviewOn(weekday(drive.interview_date)) : t.student.interviewLater}
          </p>
        </div>
      </div>
      <div className="drive-foot">{children}</div>
    </li>
  )
}

export function OpenCard({ drive, isRegistered }: Standing) {
  return (
    <DriveCard drive={drive}>
      <Countdown until={drive.registration_deadline} />
      <RegisterActions drive={drive} isRegistered={isRegistered} />
    </DriveCard>
  )
}

/** ClosedCard is a drive for others, with the reason why. */
export function ClosedCard({ drive }: { drive: DriveBody }) {
  return (
    <DriveCard drive={drive}>
      <Why id={drive.drive_id} />
      <Countdown until={drive.registration_deadline} />
    </DriveCard>
  )
}

/** Why says in a line why this student may not register for a drive, and keeps the line's place until it is known. */
export function Why({ id }: { id: number }) {
  const { data: verdict, error } = useQuery(verdictQuery(id))
  return (
    <p className="why">
      {verdict ? (
        reasonOf(verdict)
      ) : error ? (
        t.student.whyUnknown
      ) : (
        <span className="skeleton" role="status" aria-label={t.student.whyLoading} />
      )}
    </p>
  )
}

/** reasonOf is the first reason why somebody may not register, and how many more there are. */
export function reasonOf({ failing, reason }: EligibilityBody): string {
  const [first, ...more] = failing
  if (first) return whyNot(first) + (more.length > 0 ? t.student.moreReasons(more.length) : '')
  return reason ? reason.charAt(0).toUpperCase() + reason.slice(1) : ''
}
