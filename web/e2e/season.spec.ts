import type { BrowserContext, Page } from '@playwright/test'
import { test as base, college, expect, faultsOf, password, people } from './fixtures'
import * as pages from './pages'
import type { Server } from './server'

const desk = { viewport: { width: 1360, height: 850 } }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }

/** at is a browser of somebody's own, at a desk or on a phone. */
const test = base.extend<{ at: (place: typeof desk | typeof phone) => Promise<Page> }, { server: Server }>({
  server: college(),
  at: async ({ browser, baseURL, locale, timezoneId, serviceWorkers }, use) => {
    const open: { context: BrowserContext; broken: string[] }[] = []
    await use(async (place) => {
      const context = await browser.newContext({ ...place, baseURL, locale, timezoneId, serviceWorkers })
      const page = await context.newPage()
      open.push({ context, broken: faultsOf(page) })
      return page
    })
    for (const { context, broken } of open) {
      expect(broken, 'errors in a browser').toEqual([])
      await context.close()
    }
  },
})

const branch = 'MARINE'
const drive = { company: 'Malabar Shipping', title: 'Deck Officer', branch, minCGPA: '7.5', eligible: 3 }

/** Three of these four meet the criteria of the drive. */
const anita = { roll: '27MAR001', name: 'Anita Rao', email: 'anita@season.example', cgpa: 8.4 }
const bhavesh = { roll: '27MAR002', name: 'Bhavesh Nair', email: 'bhavesh@season.example', cgpa: 8 }
const chitra = { roll: '27MAR003', name: 'Chitra Iyer', email: 'chitra@season.example', cgpa: 7.5 }
const dinesh = { roll: '27MAR004', name: 'Dinesh Pillai', email: 'dinesh@season.example', cgpa: 6.2 }
const students = [anita, bhavesh, chitra, dinesh]
const own = 'the-monsoon-came-early-27'

const sheet = [
  'Roll No,Name,E-mail,Branch,Batch,CGPA,10th %,12th %,Active backlogs,Gender',
  ...students.map(({ roll, name, email, cgpa }) => [roll, name, email, branch, 2027, cgpa, 81, 79, 0, 'O'].join(',')),
]

test.use({ actionTimeout: 15_000 })

/** A placement season, each step on the pages of who does it: the office at desks, the students on their phones. */
test('a placement season', async ({ at }) => {
  test.setTimeout(180_000)
  const [head, coordinator] = [await at(desk), await at(desk)]
  await pages.signIn(head, people.head, password)
  await pages.signIn(coordinator, people.coordinator, password)

  const codes = await test.step('the head imports the students, and gets their codes', () =>
    pages.importStudents(head, 'season.csv', sheet))
  expect([...codes.keys()].sort()).toEqual(students.map(({ email }) => email))

  const phoneOf = new Map<string, Page>()
  const its = ({ email }: { email: string }) => phoneOf.get(email) as Page
  await test.step('each student opens the account with the code, and chooses a password', async () => {
    for (const { email } of students) {
      const page = await at(phone)
      phoneOf.set(email, page)
      await pages.firstSignIn(page, email, codes.get(email) ?? '', own)
    }
    await pages.signOut(its(anita))
    await pages.signIn(its(anita), anita.email, own)
  })

  await test.step('the coordinator creates a drive, sees who would be eligible, and publishes it', async () => {
    await pages.createDrive(coordinator, drive)
    await pages.publishToAll(coordinator, drive.company, drive.eligible)
  })

  await test.step('students register, one withdraws, one sees why not', async () => {
    for (const student of [anita, bhavesh, chitra]) {
      await its(student).goto('/app/')
      await pages.register(its(student), drive.company)
    }
    await pages.withdraw(its(bhavesh), drive.company)
    await its(dinesh).goto('/app/')
    await pages.refused(its(dinesh), drive.company, `CGPA 7.50 needed, yours is 6.20`)
  })

  await test.step('the coordinator stops the registrations: nobody gets in any more', async () => {
    await pages.stopRegistrations(coordinator, drive.company, 2)
    await its(bhavesh).goto('/app/')
    await expect(its(bhavesh).getByRole('button', { name: `Register for ${drive.company}` })).toHaveCount(0)
  })

  await test.step('on the day one comes, the other does not; the attendance is published', async () => {
    await coordinator.getByRole('link', { name: 'Attendance', exact: true }).click()
    await pages.mark(coordinator, '001', 'present')
    await expect(coordinator.getByText('1 of 2 marked')).toBeVisible()
    await pages.publishAttendance(coordinator, drive.company, [
      '1 student is present, 0 absent.',
      '1 student is not marked and will be recorded as ABSENT.',
    ])
  })

  await test.step('the students see their attendance', async () => {
    for (const [student, attendance] of [
      [anita, 'Present'],
      [chitra, 'Absent'],
    ] as const) {
      await its(student).goto('/app/mine')
      await expect(its(student).getByRole('listitem').filter({ hasText: drive.company })).toContainText(attendance)
    }
  })

  await test.step('the head sees the figures, and takes them home', async () => {
    await pages.menu(head, 'Finished drives')
    await expect(head.getByRole('row', { name: drive.company })).toContainText(drive.title)
    const workbook = await pages.sheetOf(head, drive.company, drive.title)
    expect(workbook.subarray(0, 2).toString(), 'an Excel file is a zip').toBe('PK')
    expect(await pages.branchFigures(head, branch)).toEqual(['4', '3', '2', '1'])
  })
})
