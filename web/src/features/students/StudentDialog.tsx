import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { StudentBody } from '~/api/schema'
import { useSession } from '~/api/session'
import { Button } from '~/kit/Button'
import { Dialog } from '~/kit/Dialog'
import { useFormats } from '~/kit/format'
import { mark } from '~/kit/marks'
import { Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { Debar } from './Debar'
import { standingOf, studentQuery } from './queries'
import { StandingBadge } from './StandingBadge'
import { StudentForm } from './StudentForm'
import './students.css'

/** StudentDialog is one student: all that the office knows, and for who may, changing it. */
export function StudentDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const query = useQuery(studentQuery(id))
  const [isEditing, setEditing] = useState(false)
  const { role } = useSession()
  return (
    <Dialog title={query.data?.name ?? t.students.columns.name} isOpen onClose={onClose} wide>
      <Loaded query={query} skeleton={<Skeleton lines={9} height="1.75rem" />}>
        {(student) =>
          isEditing ? (
            <StudentForm student={student} onDone={() => setEditing(false)} />
          ) : (
            <>
              <Facts student={student} />
              <div className="actions">
                {role !== 'STAFF' && (
                  <>
                    <Debar student={student} />
                    <Button onPress={() => setEditing(true)}>{t.students.edit}</Button>
                  </>
                )}
                <Button look="primary" onPress={onClose}>
                  {t.common.close}
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
      {!query.data && (
        <div className="actions">
          <Button look="primary" onPress={onClose}>
            {t.common.close}
          </Button>
        </div>
      )}
    </Dialog>
  )
}

const contact = ['roll_number', 'email', 'phone', 'branch', 'batch_year', 'gender'] as const
const marks = [
  'cgpa',
  'tenth_percent',
  'twelfth_percent',
  'diploma_percent',
  'active_backlogs',
  'cleared_backlogs',
  'gap_years',
] as const

function Facts({ student }: { student: StudentBody }) {
  const { dateTime } = useFormats()
  const standing = standingOf(student)
  const { standingWhy, fields } = t.students
  const why =
    standing === 'debarred' && student.debarred_reason
      ? standingWhy.debarredFor(student.debarred_reason)
      : standingWhy[standing]
  const shown = (field: (typeof contact)[number]) =>
    field === 'gender' && student.gender ? (t.common.gender[student.gender as 'M'] ?? student.gender) : student[field]
  return (
    <div className="stack">
      <div className="row">
        <StandingBadge standing={standing} />
        <span className="quiet">{why}</span>
      </div>
      <dl className="facts student-facts">
        {contact.map((field) => (
          <div key={field}>
            <dt>{fields[field]}</dt>
            <dd className="num">{shown(field) ?? t.common.none}</dd>
          </div>
        ))}
      </dl>
      <dl className="facts student-facts">
        {marks.map((field) => (
          <div key={field}>
            <dt>{fields[field]}</dt>
            <dd className="num">{mark(student[field])}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{t.students.updated(dateTime(student.updated_at))}</p>
    </div>
  )
}
