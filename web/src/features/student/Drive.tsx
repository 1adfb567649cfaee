import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, FileText } from 'lucide-react'
import { Link } from 'wouter'
import { ApiError } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { driveQuery } from '~/features/drives/queries'
import { DriveStatus } from '~/kit/Badge'
import { DownloadButton, LinkButton } from '~/kit/Button'
import { useFormats } from '~/kit/format'
import { Page } from '~/kit/Page'
import { Loaded } from '~/kit/States'
import { t } from '~/texts'
import { Countdown } from './Countdown'
import { Criteria } from './Criteria'
import { packageOf, Why } from './DriveCard'
import { mayRegisterQuery, registrationsQuery } from './queries'
import { RegisterActions } from './RegisterActions'
import './student.css'

/** Drive is one drive in full, and why it is for this student or not. */
export default function Drive({ params }: ScreenProps) {
  const query = useQuery({ ...driveQuery(Number(params.id)), refetchInterval: 20_000, refetchOnWindowFocus: 'always' })
  if (query.error instanceof ApiError && query.error.status === 404) return <Gone />
  return (
    <>
      <Back />
      <Loaded query={query} skeleton={<Outline />}>
        {(drive) => (
          <Page title={drive.company_name} lead={drive.job_title} badge={<DriveStatus status={drive.status} />}>
            {drive.status === 'posted' && <Apply drive={drive} />}
            <Facts drive={drive} />
            <About drive={drive} />
            <Criteria drive={drive} />
          </Page>
        )}
      </Loaded>
    </>
  )
}

function Back() {
  return (
    <div className="page">
      <Link href="/open" className="back">
        <ArrowLeft size={16} aria-hidden="true" />
        {t.student.backToDrives}
      </Link>
    </div>
  )
}

function Facts({ drive }: { drive: DriveBody }) {
  const { weekday, dateTime } = useFormats()
  const facts = [
    [t.student.package, packageOf(drive)],
    [t.student.location, drive.location],
    [t.student.interview, drive.interview_date && weekday(drive.interview_date)],
    [t.student.deadline, drive.registration_deadline && dateTime(drive.registration_deadline)],
    [t.student.domain, drive.domain_name],
  ] as const
  return (
    <dl className="facts card">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value || t.common.none}</dd>
        </div>
      ))}
    </dl>
  )
}

function About({ drive }: { drive: DriveBody }) {
  const { job_description: text, pdf_path: pdf } = drive
  return (
    <section className="stack tight">
      <h2>{t.student.about}</h2>
      <p className={text ? 'prose' : 'quiet'}>{text || t.student.noDescription}</p>
      {pdf && (
        <div>
          <DownloadButton href={encodeURI(pdf)} newTab>
            <FileText size={16} aria-hidden="true" />
            {t.student.pdf}
          </DownloadButton>
        </div>
      )}
    </section>
  )
}

/** Apply is how long there is and what can be done, or why nothing can. On a phone it stays at hand while the page is read. */
function Apply({ drive }: { drive: DriveBody }) {
  const { data: mine } = useQuery(registrationsQuery)
  const { data: open } = useQuery(mayRegisterQuery)
  const isKnown = mine && open
  const isRegistered = !!mine?.some(({ drive_id }) => drive_id === drive.drive_id)
  const isOpen = !!open?.some(({ drive_id }) => drive_id === drive.drive_id)
  return (
    <div className="card apply">
      {isKnown && !isOpen && !isRegistered && <Why id={drive.drive_id} />}
      <Countdown until={drive.registration_deadline} />
      {isKnown ? (
        (isOpen || isRegistered) && <RegisterActions drive={drive} isRegistered={isRegistered} />
      ) : (
        <span className="register" />
      )}
    </div>
  )
}

function Gone() {
  return (
    <Page title={t.student.goneTitle} lead={t.student.goneText}>
      <div className="row">
        <LinkButton to="/open">{t.student.toDrives}</LinkButton>
      </div>
    </Page>
  )
}

function Outline() {
  return (
    <div className="page stack" role="status" aria-label={t.common.loading}>
      <div className="skeleton outline-title" />
      <div className="skeleton outline-facts" />
      <div className="skeleton outline-text" />
    </div>
  )
}
