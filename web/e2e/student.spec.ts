import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { inHours, newStudent, openDrive, unique } from './students'

const hour = 3_600_000

const card = (page: Page, company: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: company, exact: true }) })

async function fits(page: Page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(over, 'nothing stands out at the side').toBeLessThanOrEqual(0)
}

test('a student registers with one click and withdraws with two @phone', async ({ page, api, signIn, accessible }) => {
  const head = await api('head')
  const student = await newStudent(head)
  const company = unique('Tungabhadra Steel')
  const id = await openDrive(head, company)
  await signIn(student, '/')
  await expect(page).toHaveURL(/\/app\/open$/)

  const drive = card(page, company)
  await expect(drive).toContainText('Systems Engineer')
  await expect(drive).toContainText('₹11.5 LPA · Mysuru')
  await expect(drive, 'times are the office’s').toContainText('Interview Fri, 15 Jan, 10:00 am')
  await expect(drive.getByRole('timer')).toHaveText(/^Closes in 2 d 23 h$/)
  await accessible()
  await fits(page)
  const before = await drive.boundingBox()
  await drive.getByRole('button', { name: `Register for ${company}` }).click()
  await expect(drive.getByText('Registered', { exact: true })).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: `You are registered for ${company}.` })).toBeVisible()
  expect(await drive.boundingBox(), 'the card stays where it is').toEqual(before)
  await fits(page)
  const registered = () => head.get<{ student_id: number }[]>(`/registrations/${id}/list`)
  expect((await registered()).map(({ student_id }) => student_id)).toContain(student.id)

  await drive.getByRole('button', { name: `Withdraw from ${company}` }).click()
  const asking = page.getByRole('dialog', { name: `Withdraw from ${company}?` })
  await expect(asking).toContainText(`your registration as Systems Engineer at ${company}`)
  await accessible()
  await asking.getByRole('button', { name: 'Cancel' }).click()
  await expect(asking).toBeHidden()
  await drive.getByRole('button', { name: `Withdraw from ${company}` }).click()
  await asking.getByRole('button', { name: 'Withdraw' }).click()
  await expect(drive.getByRole('button', { name: `Register for ${company}` })).toBeVisible()
  expect(await registered()).toEqual([])
})

test('what a student may not register for says why, in the list and in full @phone', async ({
  page,
  api,
  signIn,
  accessible,
}) => {
  const head = await api('head')
  const student = await newStudent(head, { cgpa: 7.12, active_backlogs: 1 })
  const [marks, branch] = [unique('Palar Robotics'), unique('Vaigai Mills')]
  await openDrive(head, marks, { min_cgpa: 7.5, max_backlogs: 0, min_10th: 60 })
  await openDrive(head, branch, { allowed_branches: ['MECH', 'CIVIL'] })
  await signIn(student, '/open')
  await expect(card(page, marks)).toContainText('CGPA 7.50 needed, yours is 7.12 (and 1 more reason)')
  await expect(card(page, branch)).toContainText('Only for MECH, CIVIL; yours is CSE')
  await expect(card(page, marks).getByRole('button')).toHaveCount(0)

  await page.getByRole('link', { name: marks }).click()
  await expect(page.getByRole('heading', { name: marks, level: 1 })).toBeVisible()
  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
  await expect(row('CGPA')).toContainText('at least 7.50')
  await expect(row('CGPA')).toContainText('7.12, not met')
  await expect(row('Active backlogs')).toContainText('1, not met')
  await expect(row('10th marks')).toContainText('90%, met')
  await expect(page.getByRole('button', { name: /^Register/ })).toHaveCount(0)
  await accessible()
  await fits(page)
})

test('a drive in full: text, PDF, criteria, registering @phone', async ({ page, api, signIn, accessible }) => {
  const head = await api('head')
  const student = await newStudent(head)
  const company = unique('Chilika Foods')
  const { drive_id: id } = await head.postForm<{ drive_id: number }>('/drives', {
    company_name: company,
    job_title: 'Food Technologist',
    job_description: 'Two rounds.\nBring your college ID.',
    min_cgpa: '8',
    pdf: { name: 'job.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') },
  })
  await head.publish(id)
  await signIn(student, `/open/${id}`)
  await expect(page.getByText('Bring your college ID.')).toBeVisible()
  await expect(page.getByRole('row', { name: 'CGPA' })).toContainText('8.10, met')
  const pdf = page.getByRole('link', { name: 'Job description (PDF)' })
  await expect(pdf).toHaveAttribute('target', '_blank')
  const file = await page.request.get((await pdf.getAttribute('href')) ?? '')
  expect(file.headers()['content-type']).toBe('application/pdf')
  await accessible()
  await fits(page)
  await page.getByRole('button', { name: `Register for ${company}` }).click()
  await expect(page.getByText('Registered', { exact: true })).toBeVisible()
  const back = page.getByRole('link', { name: 'Drives' }).filter({ visible: true }).last()
  const [said, way] = [
    await page.getByText(`You are registered for ${company}.`).boundingBox(),
    await back.boundingBox(),
  ]
  expect(said?.y, 'what is said does not lie over the way back').toBeGreaterThan((way?.y ?? 0) + (way?.height ?? 0))
  await back.click()
  await expect(card(page, company).getByText('Registered', { exact: true })).toBeVisible()
})

test('a drive that closes meanwhile refuses in words, and the list follows', async ({ page, api, signIn }) => {
  const head = await api('head')
  const student = await newStudent(head)
  const company = unique('Ganga Textiles')
  const id = await openDrive(head, company)
  await signIn(student, '/open')
  const register = card(page, company).getByRole('button', { name: `Register for ${company}` })
  await expect(register).toBeEnabled()
  await head.post(`/drives/${id}/stop-registrations`)
  await register.click()
  await expect(page.getByRole('status').filter({ hasText: company })).toContainText(
    `Not registered for ${company}: registrations for this drive are closed`,
  )
  await expect(page.getByRole('link', { name: company })).toHaveCount(0)
})

test('the own registrations: ahead, over with attendance, and cancelled @phone', async ({
  page,
  api,
  signIn,
  accessible,
}) => {
  const head = await api('head')
  const student = await newStudent(head)
  const me = await api(student)
  const [ahead, over, gone] = [unique('Betwa Solar'), unique('Kosi Chemicals'), unique('Damodar Cables')]
  const ids: number[] = []
  for (const company of [ahead, over, gone]) {
    const id = await openDrive(head, company)
    await me.post('/registrations', { drive_id: id })
    ids.push(id)
  }
  const [, overId, goneId] = ids
  await head.post(`/drives/${overId}/stop-registrations`)
  await head.post(`/attendance/${overId}/mark`, { student_id: student.id, status: 'PRESENT' })
  await head.post(`/attendance/${overId}/publish`)
  await head.post(`/drives/${goneId}/cancel`)

  await signIn(student, '/mine')
  await expect(page.getByText('3 registrations')).toBeVisible()
  await expect(card(page, ahead).getByRole('button', { name: `Withdraw from ${ahead}` })).toBeVisible()
  await expect(card(page, over)).toContainText('FinishedPresent')
  await expect(card(page, gone)).toContainText('Cancelled')
  await accessible()
  await fits(page)
  await page.getByRole('link', { name: gone }).click()
  await expect(page.getByRole('heading', { name: gone, level: 1 })).toBeVisible()
})

test('with the keyboard only: find a drive, register, withdraw', async ({ page, api, signIn }) => {
  const head = await api('head')
  const student = await newStudent(head)
  const company = unique('Mahanadi Ports')
  await openDrive(head, company, { registration_deadline: inHours(2) })
  await signIn(student, '/open')
  const register = page.getByRole('button', { name: `Register for ${company}` })
  await expect(register).toBeEnabled()
  await tabTo(page, `Register for ${company}`)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: `Withdraw from ${company}` })).toBeFocused()
  await page.keyboard.press('Enter')
  const asking = page.getByRole('dialog', { name: `Withdraw from ${company}?` })
  await expect(asking).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: `Withdraw from ${company}` })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(asking).toBeVisible()
  await tabTo(page, 'Withdraw')
  await page.keyboard.press('Enter')
  await expect(register).toBeFocused()
})

/** tabTo presses Tab until what has that name has the focus. */
async function tabTo(page: Page, name: string) {
  for (let presses = 0; presses < 60; presses++) {
    const at = page.getByRole('button', { name, exact: true })
    if (await at.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${name}`)
}

test('nothing for this student, no network, and a server that fails @phone', async ({
  page,
  api,
  signIn,
  accessible,
}) => {
  const head = await api('head')
  const student = await newStudent(head, { cgpa: 2, branch: 'ARCH' })
  const company = unique('Sone Optics')
  await openDrive(head, company, { min_cgpa: 6 })
  await signIn(student, '/open')
  await expect(page.getByText('None of the open drives takes you now.')).toBeVisible()
  await expect(card(page, company)).toContainText('CGPA 6.00 needed, yours is 2.00')
  await accessible()
  await fits(page)

  await page.context().setOffline(true)
  await expect(page.getByText('You are offline.')).toBeVisible()
  await expect(card(page, company), 'what was read stays').toBeVisible()
  await page.context().setOffline(false)
  await expect(page.getByText('You are offline.')).toBeHidden()

  await page.route('**/api/registrations/mine', (route) =>
    route.fulfill({ status: 500, json: { title: 'Internal Server Error', detail: 'the request failed' } }),
  )
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('This could not be loaded')
  await page.unroute('**/api/registrations/mine')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('None of the open drives takes you now.')).toBeVisible()
  await page.goto('/app/open/999999')
  await expect(page.getByRole('heading', { name: 'This drive is not open to you', level: 1 })).toBeVisible()
  await page.goto('/app/mine')
  await expect(page.getByRole('heading', { name: 'You have not registered for a drive yet' })).toBeVisible()
})

test('the countdown ticks in its place, turns urgent, and closes the button', async ({ page, api, signIn }) => {
  const head = await api('head')
  const student = await newStudent(head)
  const company = unique('Yamuna Glass')
  const deadline = Date.now() + 25 * hour
  await openDrive(head, company, { registration_deadline: new Date(deadline).toISOString() })
  await page.clock.install({ time: deadline - 30 * hour })
  await signIn(student, '/open')
  const drive = card(page, company)
  const timer = drive.getByRole('timer')
  await expect(timer).toHaveText(/^Closes in 1 d [56] h$/)
  await page.clock.pauseAt(deadline - 24 * hour - 2_000)
  await page.clock.runFor(1_000)
  await expect(timer).toHaveText('Closes in 1 d 0 h')
  const place = await drive.boundingBox()
  await page.clock.runFor(3_000)
  await expect(timer).toHaveText('Closes in 23 h 59 min')
  await page.clock.pauseAt(deadline - 10_000)
  await page.clock.runFor(1_000)
  await expect(timer).toHaveText(/^Closes in \d s$/)
  expect(await drive.boundingBox(), 'nothing moves').toEqual(place)
  await page.clock.runFor(10_000)
  await expect(timer).toHaveText('Closed')
  await expect(drive.getByRole('button', { name: `Register for ${company}` })).toBeDisabled()
})
