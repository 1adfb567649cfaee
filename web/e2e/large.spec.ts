import type { CDPSession, Page } from '@playwright/test'
import { expect, password, people, test as small } from './fixtures'
import { Server } from './server'

const students = 60_000
/** What the browser's main thread may spend on scripts for one thing that a person does. */
const most = 100

/** The tests here have a server of their own, with the students of a large university beside the demo college. */
const test = small.extend<object, { server: Server }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
    async ({}, use) => {
      const server = await Server.start()
      await importStudents(server.url)
      await use(server)
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

const first = [
  'Aarav',
  'Diya',
  'Ishaan',
  'Kavya',
  'Rohan',
  'Meera',
  'Arjun',
  'Nisha',
  'Vikram',
  'Zoya',
  'Farhan',
  'Tara',
]
const last = ['Sharma', 'Iyer', 'Khan', 'Patil', 'Reddy', 'Bose', 'Nair', 'Gill', 'Das', 'Menon', 'Joshi']
const branches = ['CSE', 'ECE', 'EEE', 'MECH', 'CIVIL', 'IT', 'MBA']

function csv() {
  const lines = ['roll_number,name,email,branch,batch_year,cgpa,tenth_percent,twelfth_percent,active_backlogs']
  for (let n = 0; n < students; n++) {
    const name = `${first[n % first.length]} ${last[(n * 7) % last.length]}`
    const cgpa = (5 + ((n * 37) % 500) / 100).toFixed(2)
    const marks = `${cgpa},${60 + (n % 40)},${55 + (n % 45)},${n % 9 === 0 ? 1 : 0}`
    lines.push(
      `L${String(n).padStart(6, '0')},${name},l${n}@large.example,${branches[n % branches.length]},2027,${marks}`,
    )
  }
  return lines.join('\n')
}

async function importStudents(url: string) {
  const login = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: people.head, password }),
  })
  const { token } = await login.json()
  const headers = { Authorization: `Bearer ${token}` }
  const form = new FormData()
  form.set('file', new Blob([csv()], { type: 'text/csv' }), 'students.csv')
  const accepted = await fetch(`${url}/students/import`, { method: 'POST', headers, body: form })
  expect(accepted.status).toBe(202)
  const { job_id } = await accepted.json()
  const events = await fetch(`${url}/jobs/${job_id}/events`, { headers })
  expect(await events.text()).toContain('"ok":true')
}

/**
 * Meter reads ScriptDuration of the browser's own Performance domain: the time of the main thread in scripts. It counts the
 * thread's own processor time, so that what else runs on the machine does not count.
 */
class Meter {
  readonly seen: string[] = []
  private constructor(private readonly cdp: CDPSession) {}

  static async on(page: Page) {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new Meter(cdp)
  }

  async costs(what: string, act: () => Promise<void>) {
    const before = await this.read()
    await act()
    const after = await this.read()
    const script = (after.ScriptDuration - before.ScriptDuration) * 1000
    const task = (after.TaskDuration - before.TaskDuration) * 1000
    this.seen.push(`${what}: scripts ${script.toFixed(0)} ms, all tasks ${task.toFixed(0)} ms`)
    expect.soft(script, `${what}: milliseconds of scripting`).toBeLessThanOrEqual(most)
  }

  private async read() {
    const { metrics } = await this.cdp.send('Performance.getMetrics')
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
    return { ScriptDuration: of('ScriptDuration'), TaskDuration: of('TaskDuration') }
  }
}

const listOf = (page: Page) => page.getByRole('grid')
const rowsOf = (page: Page) => listOf(page).getByRole('row')

/** there waits until the rows asked for are there, not those that hold their place. */
async function there(page: Page) {
  await expect(listOf(page)).toHaveAttribute('aria-busy', 'false')
  await expect(rowsOf(page).nth(5)).toBeVisible()
}

const focused = (page: Page) => page.evaluate(() => Number(document.activeElement?.ariaRowIndex ?? 0))

/** toTheEnd goes to the last row there is so far, again and again, until so many are loaded. */
async function toTheEnd(page: Page, rows: number) {
  await rowsOf(page).nth(1).focus()
  await expect(async () => {
    await page.keyboard.press('End')
    expect(await focused(page)).toBeGreaterThan(rows)
  }).toPass({ intervals: [50] })
}

/** measured does to a list of 60,000 what a person does, and weighs each. */
async function measured(page: Page, meter: Meter, where: string) {
  const top = rowsOf(page).nth(1)
  await meter.costs(`${where}, sort`, async () => {
    await page.getByRole('button', { name: 'CGPA' }).click()
    await expect(top).toContainText('9.99')
  })
  await meter.costs(`${where}, filter`, async () => {
    await page.getByRole('searchbox').fill('L05999')
    await expect(page.getByText(/^10 (students match|of 60,\d\d\d eligible match)/)).toBeVisible()
    await there(page)
  })
  await page.getByRole('searchbox').fill('')
  await expect(page.getByText(/^60,\d\d\d (students|eligible)$/)).toBeVisible()
  await there(page)
  await toTheEnd(page, 10_000)
  await meter.costs(`${where}, scroll with 10,000 rows loaded`, async () => {
    for (const key of ['PageUp', 'PageUp', 'PageUp', 'End', 'Home']) await page.keyboard.press(key)
    await expect(top).toBeFocused()
    await listOf(page).evaluate((list) => list.scrollTo({ top: 300_000 }))
    await expect(rowsOf(page).getByText('9.', { exact: false }).first()).toBeAttached()
  })
}

test('60,000 students stay quick under the hand', async ({ signIn, api }) => {
  test.setTimeout(60_000)
  const head = await api('head')
  const { drive_id } = await head.post<{ drive_id: number }>('/drives', {
    company_name: 'Large & Sons',
    job_title: 'Clerk',
  })
  const page = await signIn('head', `/drives/${drive_id}/students`)
  const meter = await Meter.on(page)
  await there(page)

  await meter.costs('students, open', async () => {
    await page.getByRole('link', { name: 'Students', exact: true }).first().click()
    await expect(page.getByRole('heading', { name: 'Students', exact: true })).toBeVisible()
    await there(page)
  })
  await measured(page, meter, 'students')

  await page.getByRole('link', { name: 'Notifications' }).first().click()
  await expect(page.getByRole('heading', { name: 'Notifications' })).toBeVisible()
  await meter.costs('selection, open', async () => {
    await page.evaluate((path) => history.pushState(null, '', path), `/app/drives/${drive_id}/students`)
    await there(page)
  })
  await measured(page, meter, 'selection')
  await meter.costs('selection, select all', async () => {
    await page.getByRole('checkbox', { name: 'Select all' }).click()
    await expect(page.getByText(/^60,\d\d\d chosen$/)).toBeVisible()
  })
  const chosen = await page.getByText(/^60,\d\d\d chosen$/).textContent()
  await meter.costs('selection, take one out', async () => {
    await rowsOf(page).nth(3).getByRole('checkbox').click()
    await expect(page.getByText(/^60,\d\d\d chosen$/)).not.toHaveText(chosen ?? '')
  })
  for (const line of meter.seen) test.info().annotations.push({ type: 'measured', description: line })
  console.log(meter.seen.join('\n'))
})
