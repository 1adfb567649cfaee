import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import type { DriveBody, EligibilityBody, MeBody } from '~/api/schema'
import { meQuery } from '~/features/account/me'
import { Failed, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { verdictQuery } from './queries'
import { type Criterion, criteriaFor } from './rules'

/** Criteria are a drive's rules with this student's own values beside them. */
export function Criteria({ drive }: { drive: DriveBody }) {
  const verdict = useQuery(verdictQuery(drive.drive_id))
  const me = useQuery(meQuery)
  const error = verdict.error ?? me.error
  const retry = () => Promise.all([verdict.refetch(), me.refetch()])
  return (
    <section className="stack tight">
      <h2>{t.student.criteria}</h2>
      {verdict.data && me.data ? (
        <Judged drive={drive} verdict={verdict.data} me={me.data} />
      ) : error ? (
        <Failed error={error} onRetry={retry} />
      ) : (
        <Skeleton lines={5} height="2.25rem" />
      )}
    </section>
  )
}

function Judged({ drive, verdict, me }: { drive: DriveBody; verdict: EligibilityBody; me: MeBody }) {
  const criteria = criteriaFor(drive, me, verdict.failing)
  return (
    <>
      {criteria.length === 0 ? <p className="quiet">{t.student.noCriteria}</p> : <Table criteria={criteria} />}
      {verdict.failing.length > 0 && <p className="quiet">{t.student.recordWrong}</p>}
    </>
  )
}

function Table({ criteria }: { criteria: Criterion[] }) {
  return (
    <table className="criteria">
      <thead>
        <tr>
          <th scope="col">{t.student.rule}</th>
          <th scope="col">{t.student.needed}</th>
          <th scope="col">{t.student.yours}</th>
        </tr>
      </thead>
      <tbody>
        {criteria.map(({ rule, name, needed, yours, isMet }) => (
          <tr key={rule} className={isMet ? '' : 'unmet'}>
            <th scope="row">{name}</th>
            <td className="num">{needed}</td>
            <td className="num">
              <span className="verdict">
                {isMet ? <Check size={14} aria-hidden="true" /> : <X size={14} aria-hidden="true" />}
                <span>
                  {yours}
                  <span className="sr-only">, {isMet ? t.student.met : t.student.notMet}</span>
                </span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
