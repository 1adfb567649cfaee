import { Link } from 'wouter'
import type { DriveBody } from '~/api/schema'
import { useClock } from '~/kit/clock'
import { count, remaining, useFormats } from '~/kit/format'
import { t } from '~/texts'

const short = t.drives.countsShort

export function DriveCard({ drive }: { drive: DriveBody }) {
  const { dateTime } = useFormats()
  return (
    <Link href={`/drives/${drive.drive_id}`} className="drive-card">
      <strong className="clip">{drive.company_name}</strong>
      <span className="quiet clip">{drive.job_title}</span>
      <span className="small clip">
        {drive.status === 'pending' && (
          <span className="quiet">
            {drive.registration_deadline ? t.drives.closes(dateTime(drive.registration_deadline)) : t.drives.noDeadline}
          </span>
        )}
        {drive.status === 'posted' && <Closing deadline={drive.registration_deadline} />}
        {drive.status !== 'pending' && drive.status !== 'posted' && (
          <span className="quiet">
            {drive.interview_date ? t.drives.interview(dateTime(drive.interview_date)) : t.drives.noInterview}
          </span>
        )}
      </span>
      <span className="card-counts num">
        <CardCount n={drive.eligible_count} text={short.eligible} />
        <CardCount n={drive.selected_count} text={short.selected} />
        <CardCount n={drive.registered_count} text={short.registered} />
      </span>
    </Link>
  )
}

function CardCount({ n, text }: { n: number | null | undefined; text: string }) {
  return (
    <span>
      <strong>{count(n)}</strong> <span className="quiet">{text}</span>
    </span>
  )
}

const day = 86_400_000

/** Closing is loud only when it is near. */
function Closing({ deadline }: { deadline: string | null }) {
  const until = deadline ? Date.parse(deadline) : null
  const left = useClock((now) => until && remaining(until, now))
  const isNear = useClock((now) => until !== null && until - now < day)
  if (!until) return <span className="quiet">{t.drives.noDeadline}</span>
  return (
    <span className={isNear ? 'near' : 'quiet'}>
      {left ? t.drives.closesIn(left) : t.drives.overview.registrationClosing}
    </span>
  )
}
