import type { Page } from '@playwright/test'
import type { DriveBody } from '../src/api/schema'
import { type Api, expect, test } from './fixtures'
import { menu } from './pages'

let made = 0
/** A company of this test's own, so that tests can share a server. */
const company = (what: string) => `${what} ${process.pid}-${++made}`

const create = (api: Api, fields: Partial<DriveBody>) =>
  api.post<DriveBody>('/drives', { job_title: 'Engineer', ...fields })
const found = async (api: Api, name: string) => {
  const [drive] = await api.get<DriveBody[]>(`/drives?q=${encodeURIComponent(name)}`)
  if (!drive) throw new Error(`there is no drive of ${name}`)
  return drive
}
const preview = (page: Page) => page.getByRole('complementary', { name: 'Who is eligible' })
const pdf = (name = 'job.pdf') => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') })

/** A day and a time of the office, as a person would type it, and what the server must have got. */
const inTwentyDays = () => {
  const date = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
  return { clock: `${date}T17:30`, utc: `${date}T12:00:00Z` }
}

test('the board shows drives by state, and finds them @phone', async ({ signIn, api, accessible, isMobile }) => {
  const head = await api('head')
  const pending = company('Pending Works')
  const open = company('Open Works')
  await create(head, { company_name: pending })
  const posted = await create(head, { company_name: open })
  await head.publish(posted.drive_id)
  const page = await signIn('coordinator', '/drives')
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: open })).toContainText('eligible')
  if (isMobile) {
    await expect(page.getByRole('link', { name: pending })).toBeHidden()
    await page.getByRole('button', { name: /^Pending/ }).click()
    await expect(page).toHaveURL(/state=pending/)
  } else {
    await expect(page.getByRole('region', { name: 'Open' }).getByRole('link', { name: open })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Pending' }).getByRole('link', { name: pending })).toBeVisible()
  }
  await accessible()
  await page.getByLabel('Search company or title').fill(pending)
  await expect(page).toHaveURL(/q=/)
  await expect(page.getByRole('link', { name: open })).toHaveCount(0)
  await page.getByRole('link', { name: pending }).click()
  await expect(page.getByRole('heading', { name: pending })).toBeVisible()
  await page.goBack()
  await expect(page.getByLabel('Search company or title')).toHaveValue(pending)
})

test('a drive is created while its preview counts, and the curve sets the CGPA', async ({
  signIn,
  api,
  accessible,
}) => {
  const name = company('Curve Works')
  const page = await signIn('coordinator', '/drives/new')
  const all =
    (await preview(page)
      .getByText(/^\d+ of \d+ students are eligible$/)
      .textContent()) ?? ''
  await page.getByLabel('Company').fill(name)
  await page.getByLabel('Job title').fill('Analyst')
  const cgpa = page.getByLabel('Minimum CGPA', { exact: true })
  await cgpa.fill('9')
  await expect(preview(page)).toContainText(/CGPA\d+ fail it/)
  await expect(preview(page).getByText(all)).toBeHidden()
  const drawing = page.getByTestId('cgpa-curve')
  const box = await drawing.boundingBox()
  if (!box) throw new Error('the curve has no place')
  await drawing.click({ position: { x: box.width * 0.6, y: box.height / 2 } })
  await expect(cgpa).not.toHaveValue('9')
  await page.getByRole('slider', { name: 'Minimum CGPA on the curve' }).focus()
  await page.keyboard.press('Home')
  await expect(cgpa).toHaveValue('')
  await page.keyboard.press('ArrowRight')
  await expect(cgpa).toHaveValue('0.25')
  await cgpa.fill('6.5')
  await preview(page)
    .getByRole('button', { name: /^ECE: / })
    .click()
  await expect(page.getByRole('button', { name: 'ECE', exact: true })).toHaveAttribute('aria-pressed', 'true')
  await expect(preview(page)).toContainText(/Branch\d+ fail it/)
  await preview(page).getByText('Show as table').click()
  await expect(preview(page).getByRole('cell', { name: '10.00' })).toBeAttached()
  await accessible()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('heading', { name })).toBeVisible()
  await expect(page.getByText('CGPA of at least 6.5')).toBeVisible()
  await accessible()
  const drive = await found(await api('head'), name)
  expect(drive).toMatchObject({ status: 'pending', min_cgpa: 6.5, allowed_branches: ['ECE'], job_title: 'Analyst' })
})

test('dates are the office’s, wherever the browser is', async ({ signIn, api }) => {
  const head = await api('head')
  const name = company('Zone Works')
  const { clock, utc } = inTwentyDays()
  const page = await signIn('coordinator', '/drives/new')
  await page.getByLabel('Company').fill(name)
  await page.getByLabel('Job title').fill('Analyst')
  await page.getByLabel('Registration until').fill(clock)
  await expect(page.getByText(/, 5:30 pm IST$/)).toBeVisible()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('heading', { name })).toBeVisible()
  await expect(page.getByText('5:30 pm')).toBeVisible()
  const drive = await found(head, name)
  expect(new Date(drive.registration_deadline ?? '').toISOString()).toBe(new Date(utc).toISOString())

  await page.getByRole('link', { name: 'Edit' }).click()
  await expect(page.getByLabel('Registration until')).toHaveValue(clock)
  await page.getByLabel('Registration until').fill('')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: 'Facts' })).toBeVisible()
  expect((await found(head, name)).registration_deadline).toBeNull()
})

test('what the server refuses is said at its field, and editing changes only what was changed', async ({
  signIn,
  api,
  accessible,
}) => {
  const head = await api('head')
  const name = company('Edit Works')
  const drive = await create(head, { company_name: name, location: 'Pune', min_cgpa: 7 })
  const page = await signIn('head', `/drives/${drive.drive_id}/edit`)
  await page.getByLabel('Location').fill('Nagpur')
  await page.getByLabel('Minimum CGPA', { exact: true }).fill('11')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('From 0 to 10.')).toBeVisible()
  await page.getByLabel('Minimum CGPA', { exact: true }).fill('')
  await page.getByLabel('Registration until').fill('2020-01-01T17:30')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Some fields do not fit' })).toBeVisible()
  await expect(page.getByText(/past|passed/)).toBeVisible()
  await accessible()
  await page.getByLabel('Registration until').fill('')
  await head.call('PATCH', `/drives/${drive.drive_id}`, { package_lpa: 8 })
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('8 LPA')).toBeVisible()
  await expect(page.getByText('Nagpur')).toBeVisible()
  expect(await found(head, name)).toMatchObject({ location: 'Nagpur', min_cgpa: null, package_lpa: 8 })

  await head.publish(drive.drive_id)
  await page.goto(`/app/drives/${drive.drive_id}/edit`)
  await expect(page.getByText('The criteria are locked')).toBeVisible()
  await expect(page.getByLabel('Minimum CGPA', { exact: true })).toHaveCount(0)
})

test('publishing says how many are told, and its progress outlives the page @phone', async ({ signIn, api }) => {
  const name = company('Publish Works')
  const drive = await create(await api('head'), { company_name: name, min_cgpa: 7 })
  const page = await signIn('coordinator', `/drives/${drive.drive_id}`)
  // The demo's job is over in no time: its first events are held, as a large college would hold them.
  let isHeld = true
  const running = { state: 'running', progress: { done: 3, total: 9 }, result: null, errors: [] }
  await page.route('**/api/jobs/*/events', (route) =>
    isHeld
      ? route.fulfill({ contentType: 'text/event-stream', body: `retry: 100\ndata: ${JSON.stringify(running)}\n\n` })
      : route.continue(),
  )
  await page.getByRole('button', { name: 'Publish to all' }).click()
  const question = page.getByRole('dialog', { name: `Publish the drive of ${name}?` })
  await expect(question).toContainText(/\d+ eligible students are selected for it and told/)
  await question.getByRole('button', { name: 'Publish to all' }).click()
  const progress = page.getByRole('progressbar', { name: 'Selecting and telling the eligible students' })
  await expect(progress).toBeVisible()
  await expect(page.getByText('3 of 9')).toBeVisible()
  await page.reload()
  await expect(progress).toBeVisible()
  isHeld = false
  await expect(page.getByText(/Published: \d+ eligible students, \d+ selected and told/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Stop registrations' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Publish to all' })).toHaveCount(0)
})

test('registrations are stopped, once it is confirmed', async ({ signIn, api }) => {
  const head = await api('head')
  const name = company('Stop Works')
  const drive = await create(head, { company_name: name })
  await head.publish(drive.drive_id)
  const page = await signIn('coordinator', `/drives/${drive.drive_id}`)
  await page.getByRole('button', { name: 'Stop registrations' }).click()
  const question = page.getByRole('dialog', { name: `Stop registrations for ${name}?` })
  await expect(question).toContainText('0 students have registered')
  await question.getByRole('button', { name: 'Stop registrations' }).click()
  await expect(page.getByText(`Registrations for ${name} are stopped.`)).toBeVisible()
  await expect(page.getByRole('link', { name: 'Attendance' })).toBeVisible()
  expect((await found(head, name)).status).toBe('attending')
})

test('the head cancels, deletes and recalculates, and each question names what it is about', async ({
  signIn,
  api,
  accessible,
}) => {
  const head = await api('head')
  const name = company('Cancel Works')
  const drive = await create(head, { company_name: name })
  await head.publish(drive.drive_id)
  await (await api('student')).post('/registrations', { drive_id: drive.drive_id })
  const page = await signIn('head', `/drives/${drive.drive_id}`)
  const choose = async (action: string) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: action }).click()
  }
  await choose('Recalculate eligibility')
  await expect(page.getByText(/Recalculated: \d+ eligible/)).toBeVisible()
  await choose('Cancel drive')
  const question = page.getByRole('dialog', { name: `Cancel the drive of ${name}?` })
  await expect(question).toContainText(`1 registered student is told that the drive of ${name} is cancelled`)
  await accessible()
  await question.getByRole('button', { name: 'Cancel drive' }).click()
  await expect(page.getByText(`The drive of ${name} is cancelled.`)).toBeVisible()
  await expect(page.getByRole('button', { name: 'More actions' })).toHaveCount(0)

  const other = await create(head, { company_name: company('Delete Works') })
  await page.goto(`/app/drives/${other.drive_id}`)
  await choose('Delete drive')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete drive' }).click()
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: other.company_name })).toHaveCount(0)
})

test('a PDF comes with the drive, opens, is replaced and removed', async ({ signIn }) => {
  const name = company('Paper Works')
  const page = await signIn('coordinator', '/drives/new')
  await page.getByLabel('Company').fill(name)
  await page.getByLabel('Job title').fill('Clerk')
  const choose = async (button: string, file: ReturnType<typeof pdf>) => {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: button }).click()
    await (await chooser).setFiles(file)
  }
  await choose('Choose a PDF', { ...pdf('no.pdf'), buffer: Buffer.from('not one') })
  await expect(page.getByText('This is not a PDF.')).toBeVisible()
  await choose('Choose a PDF', pdf())
  await expect(page.getByText('job.pdf')).toBeVisible()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  const link = page.getByRole('link', { name: 'Open the PDF' })
  const answer = await page.request.get((await link.getAttribute('href')) ?? '')
  expect(answer.headers()['content-type']).toBe('application/pdf')
  expect(await answer.text()).toContain('%PDF-1.4')

  await page.getByRole('link', { name: 'Edit' }).click()
  await choose('Replace', pdf('new.pdf'))
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(link).toBeVisible()
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('There is no description.')).toBeVisible()
  await expect(link).toHaveCount(0)
})

test('staff read, and nothing else @phone', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const hidden = await create(head, { company_name: company('Hidden Works') })
  const shown = await create(head, { company_name: company('Shown Works') })
  await head.publish(shown.drive_id)
  const page = await signIn('staff', '/drives')
  await expect(page.getByRole('link', { name: shown.company_name })).toBeVisible()
  await expect(page.getByRole('link', { name: hidden.company_name })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'New drive' })).toHaveCount(0)
  await accessible()
  await page.getByRole('link', { name: shown.company_name }).click()
  await expect(page.getByRole('heading', { name: 'Who may register' })).toBeVisible()
  for (const action of ['Stop registrations', 'More actions'])
    await expect(page.getByRole('button', { name: action })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Edit' })).toHaveCount(0)
  await accessible()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Drives', exact: true }), 'once is enough').toBeVisible()
})

test('a drive is created and published by keyboard only', async ({ signIn, api }) => {
  const name = company('Keyboard Works')
  const page = await signIn('coordinator', '/drives')
  await expect(page.getByRole('link', { name: 'New drive' })).toBeVisible()
  await page.getByLabel('Search company or title').focus()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'New drive' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Company')).toBeVisible()
  await page.getByLabel('Company').focus()
  await page.keyboard.type(name)
  await page.keyboard.press('Tab')
  await page.keyboard.type('Typist')
  const until = async (control: ReturnType<Page['getByRole']>) => {
    for (let step = 0; step < 60; step++) {
      if (await control.evaluate((element) => element === document.activeElement)) return
      await page.keyboard.press('Tab')
    }
    throw new Error('the keyboard does not get there')
  }
  await until(page.getByLabel('Minimum CGPA', { exact: true }))
  await page.keyboard.type('6')
  await until(page.getByRole('button', { name: 'CSE', exact: true }))
  await page.keyboard.press('Space')
  await until(page.getByRole('button', { name: 'Create and publish to all' }))
  await page.keyboard.press('Enter')
  const question = page.getByRole('dialog', { name: `Create and publish the drive of ${name}?` })
  await expect(question).toContainText(/\d+ eligible students are selected and told at once/)
  await until(question.getByRole('button', { name: 'Create and publish to all' }))
  await page.keyboard.press('Enter')
  await expect(page.getByText(/Published: \d+ eligible students/)).toBeVisible()
  expect(await found(await api('head'), name)).toMatchObject({
    status: 'posted',
    min_cgpa: 6,
    allowed_branches: ['CSE'],
  })
})

test('what was typed is not lost, and the figure stays in sight @phone', async ({ signIn, accessible, isMobile }) => {
  const page = await signIn('coordinator', '/drives/new')
  const figure = preview(page).getByText(/students are eligible/)
  await expect(figure).toBeInViewport()
  await accessible()
  await page.getByLabel('Company').fill('Half a Drive')
  if (isMobile) await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('link', { name: 'Students', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Students', exact: true })).toBeVisible()
  await page.goBack()
  await expect(page.getByLabel('Company')).toHaveValue('Half a Drive')
  await menu(page, 'Drives')
  await page.getByRole('link', { name: 'New drive' }).click()
  await expect(page.getByText('Your draft from before is still here.')).toBeVisible()
  await expect(page.getByLabel('Company')).toHaveValue('Half a Drive')
  await page.getByRole('button', { name: 'Start afresh' }).click()
  await expect(page.getByLabel('Company')).toHaveValue('')
})

test('the batches of the students are offered, the coming ones and no others', async ({ signIn, api }) => {
  const head = await api('head')
  const who = `batch${process.pid}`
  const student = { role: 'STUDENT', name: 'Early Bird', roll_number: who, email: `${who}@drives.example` }
  const year = new Date().getFullYear() + 4
  await head.post('/users', { ...student, batch_year: year })
  const page = await signIn('coordinator', '/drives/new')
  const batches = page.getByRole('group', { name: 'Batches' })
  await batches.getByRole('button', { name: String(year), exact: true }).click()
  await expect(batches.getByRole('button', { name: String(year + 1), exact: true })).toHaveCount(0)
  await expect(preview(page)).toContainText(/Batch\d+ fail it/)
})

test('a preview that fails keeps the numbers from before', async ({ signIn, accessible }) => {
  const page = await signIn('coordinator', '/drives/new')
  const figure = preview(page).getByText(/^\d+ of \d+ students are eligible$/)
  const before = (await figure.textContent()) ?? ''
  await page.route('**/api/drives/preview-eligibility', (route) =>
    route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500,"detail":"broken"}' }),
  )
  await page.getByLabel('Minimum CGPA', { exact: true }).fill('9')
  await expect(page.getByText('these are from before')).toBeVisible()
  await expect(figure).toHaveText(before)
  await accessible()
  await page.unroute('**/api/drives/preview-eligibility')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(figure).not.toHaveText(before)
})

test('a page begins at its top, and Back finds the place again @phone-only', async ({ signIn, api }) => {
  const head = await api('head')
  const name = company('Long Works')
  for (let n = 1; n <= 12; n++) await create(head, { company_name: `${name} no. ${n} of 12` })
  const page = await signIn('head', `/drives?state=pending&q=${encodeURIComponent(name)}`)
  const first = page.getByRole('link', { name: `${name} no. 1 of 12` }) // the newest come first
  const title = page.getByRole('heading', { name: `${name} no. 1 of 12`, level: 1 })
  // The second time the page is known and stands there at once.
  for (const time of ['first', 'second']) {
    await first.click()
    await expect(title, time).toBeInViewport()
    await page.goBack()
    await expect(first, time).toBeInViewport()
  }
})
