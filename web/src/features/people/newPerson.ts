import type { CreateUserInputBody } from '~/api/schema'
import type { Role } from '~/api/session'

export const marks = ['cgpa', 'tenth_percent', 'twelfth_percent', 'diploma_percent'] as const
export const counts = ['batch_year', 'active_backlogs', 'cleared_backlogs', 'gap_years'] as const

/** newPerson reads the form. What is empty is left out: nobody entered it. */
export function newPerson(role: Role, fields: FormData): CreateUserInputBody {
  const text = (name: string) => String(fields.get(name) ?? '').trim() || undefined
  const body: CreateUserInputBody = {
    role,
    name: text('name') ?? '',
    email: text('email') ?? '',
    department: text('department'),
    phone: text('phone'),
  }
  if (role !== 'STUDENT') return body
  body.roll_number = text('roll_number')
  body.branch = text('branch')
  const gender = text('gender')
  if (gender === 'M' || gender === 'F' || gender === 'O') body.gender = gender
  for (const name of [...marks, ...counts]) {
    const value = text(name)
    if (value !== undefined) body[name] = Number(value)
  }
  return body
}
