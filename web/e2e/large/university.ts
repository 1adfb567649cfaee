import type { APIRequestContext } from '@playwright/test'
import { Api, expect, password, people, test as small } from '../fixtures'
import { Server } from '../server'
import { Meter } from './meter'

export { expect }

export const students = 60_000
/** How many of them register for a drive. */
export const registered = 5_000

export const roll = (n: number) => `L${String(n).padStart(6, '0')}`

interface University {
  server: Server
  /** A drive that is open for everybody, with thousands of registrations. */
  open: number
  /** One whose registrations are closed: attendance is to be marked. */
  gate: number
}

interface Fixtures {
  /** meter weighs what is done on the page, and tells it when the test is over. */
  meter: Meter
  /** show goes to a page as a link in the console does, without loading it anew. */
  show: (path: string) => Promise<void>
}

/** The tests here have a server to themselves, with the students and the drives of a large university beside the demo college. */
export const test = small.extend<Fixtures, { server: Server; university: University }>({
  university: [
    async ({ playwright }, use) => {
      const server = await Server.start()
      const context = await playwright.request.newContext({ baseURL: server.url })
      await use(await founded(server, await headOf(context)))
      await context.dispose()
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  server: [async ({ university }, use) => use(university.server), { scope: 'worker' }],
  meter: async ({ page }, use, info) => {
    const meter = await Meter.on(page)
    await use(meter)
    for (const line of meter.seen) info.annotations.push({ type: 'measured', description: line })
    console.log(meter.seen.join('\n'))
  },
  show: async ({ page }, use) => {
    await use((path) => page.evaluate((to) => history.pushState(null, '', to), `/app${path}`))
  },
})

async function headOf(context: APIRequestContext): Promise<Api> {
  const answer = await context.post('/auth/login', { data: { email: people.head, password } })
  return new Api(context, (await answer.json()).token)
}

async function founded(server: Server, head: Api): Promise<University> {
  const file = { name: 'students.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet()) }
  const { job_id } = await head.postForm<{ job_id: number }>('/students/import', { file })
  await head.finished(job_id)
  await server.sql(season)
  const open = await published(head, 'Open House')
  const gate = await published(head, 'Main Gate')
  await server.sql(registrations(open) + registrations(gate))
  await head.post(`/drives/${gate}/stop-registrations`)
  // The figures are those of the last refresh, which may be from before all this.
  await head.finished((await head.post<{ job_id: number }>('/analytics/refresh')).job_id)
  return { server, open, gate }
}

async function published(head: Api, company_name: string): Promise<number> {
  const { drive_id } = await head.post<{ drive_id: number }>('/drives', { company_name, job_title: 'Clerk' })
  await head.publish(drive_id)
  return drive_id
}

const registrations = (drive: number) => `
INSERT INTO registrations (drive_id, student_id, registered_at)
SELECT drive_id, student_id, now() - row_number() OVER (ORDER BY student_id) * interval '1 second'
FROM drive_students WHERE drive_id = ${drive} AND selected
ORDER BY student_id LIMIT ${registered};`

/** season is what a year leaves: drives in every state, many of them open at once, and jobs. The demo's student may register for some. */
const season = `
INSERT INTO drives (company_name, job_title, status, posted_by, published_at, auto_published, registration_deadline,
                    interview_date, min_cgpa, eligible_count, selected_count, created_at)
SELECT 'Company ' || n, 'Engineer', state, head.user_id, now() - n * interval '1 day', true,
       CASE WHEN state = 'posted' THEN now() + n * interval '1 hour' END, now() + n * interval '1 day',
       CASE WHEN n % 2 = 0 THEN 9.9 ELSE 5 END, 1000, 1000, now() - n * interval '1 day'
FROM (SELECT user_id FROM users WHERE email = '${people.head}') AS head,
     unnest(ARRAY['posted', 'finished']) AS state, generate_series(1, 150) AS n;

INSERT INTO finished_drives (drive_id, finished_date, total_registered, total_present, total_absent, published_by)
SELECT drive_id, created_at, 400, 300 + drive_id % 100, 100 - drive_id % 100, posted_by
FROM drives WHERE status = 'finished' AND company_name LIKE 'Company %';

INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT d.drive_id, u.user_id, true, now()
FROM drives d, users u
WHERE d.company_name LIKE 'Company %' AND (d.min_cgpa = 5 OR d.status = 'finished') AND u.email = '${people.student}';

INSERT INTO registrations (drive_id, student_id)
SELECT d.drive_id, u.user_id
FROM drives d, users u
WHERE d.company_name LIKE 'Company %' AND (d.drive_id % 3 = 0 OR d.status = 'finished') AND d.min_cgpa = 5
  AND u.email = '${people.student}';

INSERT INTO river_job (kind, state, queue, args, max_attempts, attempt, attempted_at, finalized_at)
SELECT 'refresh-materialized-views', 'completed', 'default', '{}', 25, 1, now(), now() FROM generate_series(1, 300);

REFRESH MATERIALIZED VIEW analytics_drives;
REFRESH MATERIALIZED VIEW analytics_attendance;`

const first = 'Aarav Diya Ishaan Kavya Rohan Meera Arjun Nisha Vikram Zoya Farhan Tara'.split(' ')
const last = 'Sharma Iyer Khan Patil Reddy Bose Nair Gill Das Menon Joshi'.split(' ')
const branches = ['CSE', 'ECE', 'EEE', 'MECH', 'CIVIL', 'IT', 'MBA']

/** sheet is all students, as the office has them in a file; `faults` writes some cells otherwise. */
export function sheet(faults: (n: number) => { cgpa?: string; batch?: string } = () => ({})): string {
  const lines = ['roll_number,name,email,branch,batch_year,cgpa,tenth_percent,twelfth_percent,active_backlogs']
  for (let n = 0; n < students; n++) {
    const { cgpa = (5 + ((n * 37) % 500) / 100).toFixed(2), batch = '2027' } = faults(n)
    const name = `${first[n % first.length]} ${last[(n * 7) % last.length]}`
    const marks = `${cgpa},${60 + (n % 40)},${55 + (n % 45)},${n % 9 === 0 ? 1 : 0}`
    lines.push(`${roll(n)},${name},l${n}@large.example,${branches[n % branches.length]},${batch},${marks}`)
  }
  return lines.join('\n')
}
