import { useState } from 'react'
import { fieldsOf, messageOf } from '~/api/problem'
import type { StudentBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { Confirm } from '~/kit/Dialog'
import { TextArea } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { useStudentChange } from './saving'

/** Debar keeps a student out of all selections, with a reason, or lifts that again. */
export function Debar({ student }: { student: StudentBody }) {
  const [isAsking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const { name, roll_number, debarred, debarred_reason } = student
  const saving = useStudentChange(student.student_id, (now) => {
    tell(now.debarred ? t.students.debarred(name) : t.students.lifted(name))
    close()
  })
  const close = () => {
    setAsking(false)
    setReason('')
    saving.reset()
  }
  const fault = fieldsOf(saving.error).debarred_reason
  const error = saving.error ? (fault ?? messageOf(saving.error)) : null
  return (
    <>
      <Button danger={!debarred} onPress={() => setAsking(true)}>
        {debarred ? t.students.lift : t.students.debar}
      </Button>
      <Confirm
        title={debarred ? t.students.liftTitle(name) : t.students.debarTitle(name)}
        action={debarred ? t.students.liftAction : t.students.debarAction}
        danger={!debarred}
        isOpen={isAsking}
        isPending={saving.isPending}
        error={error}
        onConfirm={() =>
          saving.mutate(debarred ? { debarred: false } : { debarred: true, debarred_reason: reason.trim() || null })
        }
        onClose={close}
      >
        {debarred ? (
          <p>{debarred_reason ? t.students.liftText(debarred_reason) : t.students.liftTextPlain}</p>
        ) : (
          <>
            <p>{t.students.debarText(name, roll_number)}</p>
            <TextArea
              label={t.students.debarReason}
              hint={t.students.debarReasonHelp}
              value={reason}
              onChange={setReason}
              maxLength={1000}
              rows={3}
              autoFocus
            />
          </>
        )}
      </Confirm>
    </>
  )
}
