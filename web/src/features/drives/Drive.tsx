import { useQuery } from '@tanstack/react-query'
import type { DriveBody } from '~/api/schema'
import { type Role, useSession } from '~/api/session'
import type { ScreenProps } from '~/app/routes'
import { DownloadButton } from '~/kit/Button'
import { useClock } from '~/kit/clock'
import { count, remaining, useFormats } from '~/kit/format'
import { Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { CriteriaList } from './CriteriaList'
import { criteriaOf } from './criteria'
import { DriveActions } from './DriveActions'
import { DriveFrame } from './DriveFrame'
import { EligibleDetails, EligibleNow } from './EligiblePreview'
import { PublishProgress, RecalculateProgress } from './JobsOfDrive'
import { pdfAddress } from './PdfField'
import { drivePreviewQuery } from './queries'
import './drives.css'

const o = t.drives.overview
const f = t.drives.fields

export const runsDrives = (role: Role) => role === 'COORDINATOR' || role === 'HEAD'

export default function Drive({ params }: ScreenProps) {
  const { role } = useSession()
  const runs = runsDrives(role)
  return (
    <DriveFrame id={Number(params.id)} {...(runs ? { actions: (drive) => <DriveActions drive={drive} /> } : {})}>
      {(drive) => (
        <>
          {runs && <PublishProgress drive={drive} />}
          {runs && <RecalculateProgress drive={drive} />}
          <div className="drive-overview">
            <div className="stack">
              <Facts drive={drive} />
              <section className="card stack tight" aria-labelledby="criteria">
                <h2 id="criteria">{o.criteria}</h2>
                <CriteriaList criteria={criteriaOf(drive)} />
              </section>
              <Description drive={drive} />
            </div>
            <div className="stack">
              {drive.status === 'posted' && <Deadline drive={drive} />}
              {runs && <Counts drive={drive} />}
              {runs && (drive.status === 'pending' || drive.status === 'posted') && <Eligible drive={drive} />}
            </div>
          </div>
        </>
      )}
    </DriveFrame>
  )
}

function Facts({ drive }: { drive: DriveBody }) {
  const { dateTime } = useFormats()
  const facts: [string, string][] = [
    [f.registration_deadline, dateTime(drive.registration_deadline)],
    [f.interview_date, dateTime(drive.interview_date)],
    [f.location, drive.location ?? t.common.none],
    [f.package_lpa, drive.package_lpa === null ? t.common.none : t.drives.lpa(String(drive.package_lpa))],
    [f.domain_id, drive.domain_name ?? t.common.none],
    [f.created_at, dateTime(drive.created_at)],
    [f.published_at, dateTime(drive.published_at)],
  ]
  return (
    <section className="card stack" aria-labelledby="facts">
      <h2 id="facts">{o.facts}</h2>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Description({ drive }: { drive: DriveBody }) {
  return (
    <section className="card stack tight" aria-labelledby="description">
      <div className="row between">
        <h2 id="description">{o.description}</h2>
        {drive.pdf_path && (
          <DownloadButton href={pdfAddress(drive.pdf_path)} newTab>
            {t.drives.pdf.open}
          </DownloadButton>
        )}
      </div>
      {drive.job_description ? (
        <p className="description">{drive.job_description}</p>
      ) : (
        <p className="quiet">{o.noDescription}</p>
      )}
    </section>
  )
}

function Deadline({ drive }: { drive: DriveBody }) {
  const { dateTime } = useFormats()
  const { registration_deadline: deadline } = drive
  const left = useClock((now) => deadline && remaining(Date.parse(deadline), now))
  if (!deadline) {
    return (
      <section className="card">
        <p className="quiet">{o.noDeadline}</p>
      </section>
    )
  }
  return (
    <section className="card stack tight">
      <p className="quiet small">{left ? o.registrationOpen : o.registrationClosing}</p>
      {left && <p className="figure num">{left}</p>}
      <p className="quiet small">{o.deadlineAt(dateTime(deadline))}</p>
    </section>
  )
}

function Counts({ drive }: { drive: DriveBody }) {
  const counts = [
    [o.eligible, drive.eligible_count],
    [o.selected, drive.selected_count],
    [o.registered, drive.registered_count],
  ] as const
  const isPublished = drive.published_at !== null
  return (
    <section className="card stack tight" aria-labelledby="counts">
      <div className="row between">
        <h2 id="counts">{o.counts}</h2>
        {isPublished && <span className="quiet small">{drive.auto_published ? o.toAll : o.byHand}</span>}
      </div>
      <dl className="counts">
        {counts.map(([name, n]) => (
          <div key={name}>
            <dt className="quiet small">{name}</dt>
            <dd className="figure num">{count(n)}</dd>
          </div>
        ))}
      </dl>
      {drive.eligible_count == null && <p className="quiet small">{o.notKnown}</p>}
    </section>
  )
}

function Eligible({ drive }: { drive: DriveBody }) {
  const query = useQuery(drivePreviewQuery(drive.drive_id))
  return (
    <section className="card stack" aria-labelledby="eligible-now">
      <h2 id="eligible-now">{o.eligibleNow}</h2>
      <Loaded query={query} skeleton={<Skeleton lines={9} height="2rem" />}>
        {(preview) => (
          <>
            <EligibleNow preview={preview} />
            <EligibleDetails preview={preview} criteria={criteriaOf(drive)} />
          </>
        )}
      </Loaded>
    </section>
  )
}
