import { useQuery } from '@tanstack/react-query'
import { ClipboardList } from 'lucide-react'
import type { OwnRegistrationBody } from '~/api/schema'
import { Badge, DriveStatus } from '~/kit/Badge'
import { LinkButton } from '~/kit/Button'
import { useFormats } from '~/kit/format'
import { useInSteps } from '~/kit/InSteps'
import { Page } from '~/kit/Page'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { Countdown } from './Countdown'
import { DriveCard } from './DriveCard'
import { registrationsQuery } from './queries'
import { RegisterActions } from './RegisterActions'
import './student.css'

/** Mine are this student's registrations: what is ahead, and what came of the others. */
export default function Mine() {
  const query = useQuery(registrationsQuery)
  return (
    <Page title={t.student.mineTitle} lead={query.data?.length ? t.student.mineLead(query.data.length) : '\u00a0'}>
      <Loaded query={query} skeleton={<Skeleton lines={3} height="10.5rem" />}>
        {(all) => (all.length === 0 ? <None /> : <All registrations={all} />)}
      </Loaded>
    </Page>
  )
}

function All({ registrations }: { registrations: OwnRegistrationBody[] }) {
  const isAhead = ({ status }: OwnRegistrationBody) => status === 'posted' || status === 'attending'
  return (
    <>
      <Group title={t.student.upcoming} registrations={registrations.filter(isAhead)} />
      <Group title={t.student.past} registrations={registrations.filter((one) => !isAhead(one))} />
    </>
  )
}

function Group({ title, registrations }: { title: string; registrations: OwnRegistrationBody[] }) {
  const { drawn, end } = useInSteps(registrations, 12)
  if (registrations.length === 0) return null
  return (
    <section className="stack tight" aria-label={title}>
      <h2>{title}</h2>
      <ul className="drives">
        {drawn.map((registration) => (
          <DriveCard key={registration.drive_id} drive={registration}>
            <State registration={registration} />
          </DriveCard>
        ))}
      </ul>
      {end}
    </section>
  )
}

function State({ registration }: { registration: OwnRegistrationBody }) {
  const { dateTime } = useFormats()
  if (registration.status === 'posted') {
    return (
      <>
        <Countdown until={registration.registration_deadline} />
        <RegisterActions drive={registration} isRegistered />
      </>
    )
  }
  return (
    <>
      <span className="quiet">
        {t.student.registeredAt} {dateTime(registration.registered_at)}
      </span>
      <span className="row">
        <DriveStatus status={registration.status} />
        <Attendance of={registration.attendance} />
      </span>
    </>
  )
}

/** Attendance is there once it is published. */
function Attendance({ of }: { of: string | null }) {
  if (of === null) return null
  return of === 'PRESENT' ? (
    <Badge tone="good">{t.student.present}</Badge>
  ) : (
    <Badge tone="bad">{t.student.absent}</Badge>
  )
}

function None() {
  return (
    <Blank
      icon={<ClipboardList size={28} aria-hidden="true" />}
      title={t.student.mineEmptyTitle}
      action={<LinkButton to="/open">{t.student.toDrives}</LinkButton>}
    >
      {t.student.mineEmptyText}
    </Blank>
  )
}
