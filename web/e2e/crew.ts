import { inflateRawSync } from 'node:zlib'
import type { APIRequestContext, Page } from '@playwright/test'
import { type Api, test as base, expect } from './fixtures'
import type { Server } from './server'

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

/** Without a worker's fixture of its own it runs on the same servers as all other tests. */
export const test = base.extend<Fixtures>({
  day: async ({ api, server, playwright }, use) => {
    const context = await playwright.request.newContext({ baseURL: server.url })
    await use(async (registered = 30) => {
      const head = await api('head')
      const company = `Gate ${Math.random().toString(36).slice(2, 8)}`
      const { drive_id: id } = await head.post<{ drive_id: number }>('/drives', {
        company_name: company,
        job_title: 'Engineer',
      })
      const coming = await crewOf(server, head, context, registered)
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

interface Member {
  student: Student
  token: string
}

/** Students with sign-ins, by server; each is made when a test first wants so many. */
const crews = new WeakMap<Server, Member[]>()

async function crewOf(server: Server, head: Api, context: APIRequestContext, wanted: number): Promise<Member[]> {
  const crew = crews.get(server) ?? []
  crews.set(server, crew)
  const missing = Array.from({ length: Math.max(0, wanted - crew.length) }, (_, more) => crew.length + more)
  for (let at = 0; at < missing.length; at += 5)
    crew.push(...(await Promise.all(missing.slice(at, at + 5).map((n) => member(head, context, n)))))
  return crew.slice(0, wanted)
}

async function member(head: Api, context: APIRequestContext, n: number): Promise<Member> {
  const two = String(n).padStart(2, '0')
  const student = {
    roll_number: `26CREW1${two}`,
    name: `${names[n % names.length]} ${surnames[n % surnames.length]}`,
    email: `crew${two}@demo.example`,
  }
  const account = { ...student, role: 'STUDENT', password, branch: 'CSE', batch_year: 2026, cgpa: 8 }
  const { user_id } = await head.post<{ user_id: number }>('/users', account)
  const answer = await context.post('/auth/login', { data: { email: student.email, password } })
  expect(answer.status()).toBe(200)
  const { token } = await answer.json()
  return { student: { ...student, student_id: user_id }, token }
}

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
