import { type FormEvent, useState } from 'react'
import { Form } from 'react-aria-components/Form'
import { fieldsOf, messageOf } from '~/api/problem'
import type { StudentBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { NumberField } from '~/kit/NumberField'
import { Select } from '~/kit/Select'
import { TextField } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { changesIn, numbers, words } from './changes'
import { useStudentChange } from './saving'

const { fields } = t.students
const genders = { none: t.students.genderUnknown, ...t.common.gender }
const needed: readonly string[] = ['name', 'roll_number', 'email']

export function StudentForm({ student, onDone }: { student: StudentBody; onDone: () => void }) {
  const [gender, setGender] = useState(student.gender ?? 'none')
  const saving = useStudentChange(student.student_id, ({ name }) => {
    tell(t.students.saved(name))
    onDone()
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const changes = changesIn(new FormData(event.currentTarget), student)
    if (Object.keys(changes).length === 0) tell(t.students.unchanged)
    else saving.mutate(changes)
  }
  const faults = fieldsOf(saving.error)
  return (
    <Form onSubmit={submit} className="stack" validationErrors={faults}>
      {saving.error && Object.keys(faults).length === 0 && (
        <p className="banner bad" role="alert">
          {messageOf(saving.error)}
        </p>
      )}
      <div className="student-fields">
        {words.map((field) => (
          <TextField
            key={field}
            name={field}
            label={fields[field]}
            defaultValue={student[field] ?? ''}
            isRequired={needed.includes(field)}
            {...(field === 'email' ? { type: 'email' } : {})}
          />
        ))}
        {numbers.map(({ field, min, max, step }) => (
          <NumberField
            key={field}
            name={field}
            label={fields[field]}
            minValue={min}
            maxValue={max}
            isWheelDisabled
            formatOptions={{ useGrouping: false, maximumFractionDigits: step ? 0 : 4 }}
            {...(student[field] === null ? {} : { defaultValue: student[field] })}
          />
        ))}
        <Select
          label={fields.gender}
          name="gender"
          value={gender}
          options={(['none', 'M', 'F', 'O'] as const).map((id) => ({ id, text: genders[id] }))}
          onChange={setGender}
        />
      </div>
      <p className="quiet">{t.students.marksMatter}</p>
      <div className="actions">
        <Button onPress={onDone}>{t.common.cancel}</Button>
        <Button type="submit" look="primary" isPending={saving.isPending}>
          {t.common.save}
        </Button>
      </div>
    </Form>
  )
}
