import { useQuery } from '@tanstack/react-query'
import { CalendarClock } from 'lucide-react'
import { LinkButton } from '~/kit/Button'
import { useFormats } from '~/kit/format'
import { useInSteps } from '~/kit/InSteps'
import { Page } from '~/kit/Page'
import { Blank, Loaded } from '~/kit/States'
import { t } from '~/texts'
import { ClosedCard, OpenCard } from './DriveCard'
import { mayRegisterQuery, postedQuery, registrationsQuery } from './queries'
import { forMe, forOthers, type Standing } from './standing'
import './student.css'

/** Open is where a student begins: what can be registered for, and below that what can not, and why. */
export default function Open() {
  const mine = useMine()
  const standings = mine.data
  return (
    <Page title={t.student.title} lead={<Lead {...mine} />}>
      <Loaded query={mine} skeleton={<Cards />}>
        {(standings) => standings.length > 0 && <ForMe standings={standings} />}
      </Loaded>
      {standings && <ForOthers mine={standings} />}
    </Page>
  )
}

/** useMine reads the two lists that a card needs before its button can say the truth. */
function useMine() {
  const mayRegister = useQuery(mayRegisterQuery)
  const registrations = useQuery(registrationsQuery)
  const data = mayRegister.data && registrations.data && forMe(mayRegister.data, registrations.data)
  return {
    data,
    error: mayRegister.error ?? registrations.error,
    fetchStatus: mayRegister.data ? registrations.fetchStatus : mayRegister.fetchStatus,
    asOf: Math.min(mayRegister.dataUpdatedAt, registrations.dataUpdatedAt),
    refetch: () => Promise.all([mayRegister.refetch(), registrations.refetch()]),
  }
}

/** Lead keeps its line, whatever it has to say. */
function Lead({ data, error, asOf }: ReturnType<typeof useMine>) {
  const { dateTime } = useFormats()
  if (!data) return '\u00a0'
  if (error) return t.student.stale(dateTime(new Date(asOf).toISOString()))
  const registered = data.filter(({ isRegistered }) => isRegistered).length
  return t.student.lead(data.length - registered, registered)
}

function ForMe({ standings }: { standings: Standing[] }) {
  const { drawn, end } = useInSteps(standings, 12)
  return (
    <section className="stack tight" aria-labelledby="for-me">
      <h2 id="for-me">{t.student.openForYou}</h2>
      <ul className="drives">
        {drawn.map((standing) => (
          <OpenCard key={standing.drive.drive_id} {...standing} />
        ))}
      </ul>
      {end}
    </section>
  )
}

function ForOthers({ mine }: { mine: Standing[] }) {
  const posted = useQuery(postedQuery)
  return (
    <Loaded query={posted} skeleton={<Cards />}>
      {(all) => {
        const others = forOthers(all, mine)
        if (others.length === 0 && mine.length === 0) return <NothingOpen />
        return (
          <>
            {mine.length === 0 && <NoneForMe />}
            {others.length > 0 && <Others drives={others} />}
          </>
        )
      }}
    </Loaded>
  )
}

function Others({ drives }: { drives: ReturnType<typeof forOthers> }) {
  const { drawn, end } = useInSteps(drives, 12)
  return (
    <section className="stack tight" aria-labelledby="for-others">
      <h2 id="for-others">{t.student.notForYou}</h2>
      <ul className="drives">
        {drawn.map((drive) => (
          <ClosedCard key={drive.drive_id} drive={drive} />
        ))}
      </ul>
      {end}
    </section>
  )
}

function NothingOpen() {
  return (
    <Blank icon={<CalendarClock size={28} aria-hidden="true" />} title={t.student.noDrivesTitle}>
      {t.student.noDrivesText}
    </Blank>
  )
}

function NoneForMe() {
  return (
    <div className="banner none-for-me">
      <p>{t.student.noneForYou}</p>
      <LinkButton to="/account">{t.student.checkRecord}</LinkButton>
    </div>
  )
}

/** Cards hold the place of a heading and three drives until they are there. */
function Cards() {
  return (
    <div className="stack tight" role="status" aria-label={t.common.loading}>
      <div className="heading-place" />
      <div className="drives">
        {[1, 2, 3].map((n) => (
          <div key={n} className="card drive skeleton" />
        ))}
      </div>
    </div>
  )
}
