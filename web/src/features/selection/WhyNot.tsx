import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { foundQuery } from '~/features/students/queries'
import { Button } from '~/kit/Button'
import { Dialog } from '~/kit/Dialog'
import { LiveSearch } from '~/kit/FilterBar'
import { Failed } from '~/kit/States'
import { t } from '~/texts'
import { Verdict } from './Verdict'

const { why } = t.selection

/** WhyNot looks up any student, eligible or not, and says how each rule of the drive judges. */
export function WhyNot({
  driveId,
  studentId,
  onChoose,
  onClose,
}: {
  driveId: number
  studentId: number | null
  onChoose: (studentId: number) => void
  onClose: () => void
}) {
  const [q, setQ] = useState('')
  const choose = (id: number) => {
    setQ('')
    onChoose(id)
  }
  return (
    <Dialog title={why.title} isOpen onClose={onClose} wide>
      <LiveSearch label={why.find} value={q} onChange={setQ} autoFocus />
      <div className="why-content">
        {q ? (
          <FoundStudents q={q} onChoose={choose} />
        ) : studentId ? (
          <Verdict driveId={driveId} studentId={studentId} />
        ) : (
          <p className="quiet">{why.findLead}</p>
        )}
      </div>
      <div className="actions">
        <Button onPress={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  )
}

function FoundStudents({ q, onChoose }: { q: string; onChoose: (id: number) => void }) {
  const { data: found, error, refetch } = useQuery({ ...foundQuery(q), placeholderData: keepPreviousData })
  if (error) return <Failed error={error} onRetry={() => refetch()} />
  if (!found) return <p className="quiet">{t.common.loading}</p>
  if (found.length === 0) return <p className="quiet">{why.none}</p>
  return (
    <ul className="found" aria-label={why.results}>
      {found.map(({ student_id, name, roll_number, branch }) => (
        <li key={student_id}>
          <button type="button" className="option" onClick={() => onChoose(student_id)}>
            <strong>{name}</strong>
            <span className="quiet">
              {roll_number} · {branch ?? t.common.none}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
