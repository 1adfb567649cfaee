import type { Api } from './fixtures'

const hour = 3_600_000

/** inHours is a moment as the API takes it. */
export const inHours = (n: number) => new Date(Date.now() + n * hour).toISOString()

let last = 0
/** unique makes names that no other test has. */
export const unique = (text: string) => `${text} ${process.pid}-${++last}`

const password = 'the monsoon came early'

/** newStudent makes a student of its own, as the head would; `fields` are other marks, or no password for a one-time code. */
export async function newStudent(head: Api, fields: object = {}) {
  const name = unique('Leela Varma')
  const key = name.replace(/\W+/g, '-').toLowerCase()
  const email = `${key}@students.example`
  const { user_id: id, one_time_code: code = '' } = await head.post<{ user_id: number; one_time_code?: string }>(
    '/users',
    {
      name,
      email,
      role: 'STUDENT',
      password,
      roll_number: key,
      branch: 'CSE',
      batch_year: 2026,
      cgpa: 8.1,
      tenth_percent: 90,
      twelfth_percent: 85.5,
      ...fields,
    },
  )
  return { id, name, email, password, code }
}

/** openDrive publishes a drive for the students who qualify now. */
export async function openDrive(head: Api, company: string, fields: object = {}) {
  const { drive_id: id } = await head.post<{ drive_id: number }>('/drives', {
    company_name: company,
    job_title: 'Systems Engineer',
    location: 'Mysuru',
    package_lpa: 11.5,
    interview_date: '2027-01-15T10:00',
    registration_deadline: inHours(72),
    ...fields,
  })
  await head.publish(id)
  return id
}
