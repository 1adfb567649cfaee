import { useState } from 'react'
import { NumberField } from '~/kit/NumberField'
import { Select } from '~/kit/Select'
import { TextField } from '~/kit/TextField'
import { t } from '~/texts'
import { counts, marks } from './newPerson'
import './people.css'

const noGroups = { useGrouping: false }

export function StudentFields() {
  const [gender, setGender] = useState('')
  return (
    <fieldset className="student-fields">
      <legend className="field-label">{t.people.studentData}</legend>
      <div className="student-grid">
        <TextField label={t.people.student.roll_number} name="roll_number" isRequired maxLength={50} />
        <TextField label={t.people.student.branch} name="branch" maxLength={200} />
        {counts.map((name) => (
          <NumberField
            key={name}
            label={t.people.student[name]}
            name={name}
            minValue={0}
            formatOptions={{ ...noGroups, maximumFractionDigits: 0 }}
          />
        ))}
        {marks.map((name) => (
          <NumberField
            key={name}
            label={t.people.student[name]}
            name={name}
            minValue={0}
            maxValue={name === 'cgpa' ? 10 : 100}
            formatOptions={{ ...noGroups, maximumFractionDigits: 4 }}
          />
        ))}
        <Select
          label={t.people.student.gender}
          name="gender"
          value={gender}
          options={(['', 'F', 'M', 'O'] as const).map((id) => ({ id, text: t.people.genders[id] }))}
          onChange={setGender}
        />
      </div>
    </fieldset>
  )
}
