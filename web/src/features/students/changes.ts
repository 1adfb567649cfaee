import type { PatchStudentInputBody, StudentBody } from '~/api/schema'

export const words = ['name', 'roll_number', 'email', 'phone', 'branch'] as const
export const numbers = [
  { field: 'batch_year', max: 2200, min: 1900, step: 1 },
  { field: 'cgpa', max: 10, min: 0, step: null },
  { field: 'tenth_percent', max: 100, min: 0, step: null },
  { field: 'twelfth_percent', max: 100, min: 0, step: null },
  { field: 'diploma_percent', max: 100, min: 0, step: null },
  { field: 'active_backlogs', max: 1000, min: 0, step: 1 },
  { field: 'cleared_backlogs', max: 1000, min: 0, step: 1 },
  { field: 'gap_years', max: 100, min: 0, step: 1 },
] as const

type Genders = PatchStudentInputBody['gender']

/** changesIn are the fields of the form that differ from what is kept: nothing else is sent, so nothing else is overwritten. */
export function changesIn(form: FormData, student: StudentBody): PatchStudentInputBody {
  const text = (field: string) => String(form.get(field) ?? '').trim() || null
  const changes: PatchStudentInputBody = {}
  for (const field of words) {
    const given = text(field)
    if (given !== student[field]) changes[field] = given
  }
  for (const { field } of numbers) {
    const given = text(field)
    const number = given === null ? null : Number(given)
    if (number !== student[field]) changes[field] = number
  }
  const gender = text('gender')
  const chosen = gender === 'none' ? null : gender
  if (chosen !== student.gender) changes.gender = chosen as Genders
  return changes
}
