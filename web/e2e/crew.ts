import { inflateRawSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { type Api, test as base, expect, people } from './fixtures'

export { expect }

export interface Student {
  student_id: number
  roll_number: string
  name: string
  email: string
}

interface Day {
  id: number
  company: string
  students: Student[]
  /** marks are what the server has, by roll number. */
  marks: () => Promise<Record<string, string | null>>
}

interface Fixtures {
  /** day is a drive of its own whose registrations are closed, with so many of the crew registered. */
  day: (registered?: number) => Promise<Day>
}

const password = 'crew-of-the-day-2026'
const size = 30

/** Thirty students with sign-ins, made once for a worker's server. */
export const test = base.extend<Fixtures, { crew: { student: Student; token: string }[] }>({
  crew: [
    async ({ server, playwright }, use) => {
      const context = await playwright.request.newContext({ baseURL: server.url })
      const call = async (path: string, body: unknown, token?: string) => {
        const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {}
        const answer = await context.post(path, { data: body, headers })
        expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
        return answer.json()
      }
      const head = await call('/auth/login', { email: people.head, password: 'try-placeops-2026' })
      const crew: { student: Student; token: string }[] = []
      const make = async (n: number) => {
        const two = String(n).padStart(2, '0')
        const student = {
          roll_number: `26CREW1${two}`,
          name: `${names[n % names.length]} ${surnames[n % surnames.length]}`,
        }
        const email = `crew${two}@demo.example`
        const { user_id } = await call(
          '/users',
          { ...student, email, role: 'STUDENT', password, branch: 'CSE', batch_year: 2026, cgpa: 8 },
          head.token,
        )
        const { token } = await call('/auth/login', { email, password })
        crew[n] = { student: { ...student, email, student_id: user_id }, token }
      }
      for (let n = 0; n < size; n += 5) await Promise.all([0, 1, 2, 3, 4].map((more) => make(n + more)))
      await context.dispose()
      await use(crew)
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  day: async ({ api, crew, server, playwright }, use) => {
    const context = await playwright.request.newContext({ baseURL: server.url })
    await use(async (registered = size) => {
      const head = await api('head')
      const company = `Gate ${Math.random().toString(36).slice(2, 8)}`
      const { drive_id: id } = await head.post<{ drive_id: number }>('/drives', {
        company_name: company,
        job_title: 'Engineer',
      })
      const coming = crew.slice(0, registered)
      await head.publish(
        id,
        coming.map(({ student }) => student.student_id),
      )
      await Promise.all(
        coming.map(async ({ token }) => {
          const headers = { Authorization: `Bearer ${token}` }
          const answer = await context.post('/registrations', { data: { drive_id: id }, headers })
          expect(answer.status()).toBe(201)
        }),
      )
      await head.post(`/drives/${id}/stop-registrations`)
      return { id, company, students: coming.map(({ student }) => student), marks: () => marksOf(head, id) }
    })
    await context.dispose()
  },
})

const names = ['Asha', 'Vikram', 'Divya', 'Kabir', 'Pooja', 'Harsh', 'Tanvi']
const surnames = ['Rao', 'Shah', 'Fernandes', 'Gill', 'Agarwal', 'Kulkarni', 'Vora', 'Shetty', 'Nair', 'Iyer', 'Menon']

async function marksOf(api: Api, id: number) {
  const rows = await api.get<{ roll_number: string; status: string | null }[]>(`/attendance/${id}/list`)
  return Object.fromEntries(rows.map(({ roll_number, status }) => [roll_number, status]))
}

/** saved waits until the page says that the server has everything. */
export async function saved(page: Page) {
  await expect(page.getByText('All marks are saved.')).toBeVisible()
}

/** unzipped reads the files of a zip archive, such as a workbook is. */
export function unzipped(file: Buffer): Record<string, string> {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const files: Record<string, string> = {}
  let at = file.readUInt32LE(end + 16)
  for (let n = file.readUInt16LE(end + 10); n > 0; n--) {
    const [packed, name, extra, comment] = [20, 28, 30, 32].map((offset) =>
      offset === 20 ? file.readUInt32LE(at + offset) : file.readUInt16LE(at + offset),
    ) as [number, number, number, number]
    const local = file.readUInt32LE(at + 42)
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const body = file.subarray(start, start + packed)
    const isPacked = file.readUInt16LE(at + 10) === 8
    files[file.toString('utf8', at + 46, at + 46 + name)] = (isPacked ? inflateRawSync(body) : body).toString('utf8')
    at += 46 + name + extra + comment
  }
  return files
}
