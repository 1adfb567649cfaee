import { type Api, expect, test } from './fixtures'

interface Drive {
  drive_id: number
  company_name: string
}

let last = 0

/** A drive that nobody else looks at; without criteria everybody is eligible. */
async function newDrive(head: Api, criteria: Record<string, unknown> = {}): Promise<Drive> {
  const company_name = `Selecta ${process.pid} ${++last}`
  return head.post<Drive>('/drives', { company_name, job_title: 'Analyst', allowed_branches: ['CSE'], ...criteria })
}

test('choosing by hand, across filters, and publishing @phone', async ({ signIn, api, accessible, isMobile }) => {
  const drive = await newDrive(await api('head'))
  const page = await signIn('coordinator', `/drives/${drive.drive_id}/students`)
  const rows = page.getByRole('grid').getByRole('row')
  await expect(rows.nth(2).getByRole('checkbox')).toBeVisible()
  await accessible()
  await rows.nth(1).getByRole('checkbox').click()
  await expect(page.getByText('1 chosen', { exact: true })).toBeVisible()

  if (isMobile) await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByLabel('CGPA from').fill('9')
  await expect(page.getByText(/\d+ of \d+ eligible match/)).toBeVisible()
  await expect(page.getByText('1 chosen', { exact: true }), 'the choice stays').toBeVisible()
  await page.getByRole('button', { name: /^Select all \d+ matching$/ }).click()
  await expect(page.getByText('1 chosen', { exact: true })).toHaveCount(0)
  const chosen = Number((await page.getByText(/^\d+ chosen$/).textContent())?.split(' ')[0])

  await page.getByRole('button', { name: `Publish to ${chosen} chosen` }).click()
  const asking = page.getByRole('dialog', { name: `Publish to ${chosen} students?` })
  await expect(asking).toContainText(drive.company_name)
  await accessible()
  await asking.getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(page.getByText(`Published. ${chosen} students are selected.`)).toBeVisible()
  await page.goto(`/app/drives/${drive.drive_id}/students?sort=-cgpa`)
  await expect(page.getByRole('row', { name: /Selected/ }).nth(1)).toBeVisible()
})

test('whoever is no longer eligible is named, and can be taken out', async ({ signIn, api }) => {
  const head = await api('head')
  const drive = await newDrive(head)
  const page = await signIn('head', `/drives/${drive.drive_id}/students?sort=cgpa`)
  await page.getByRole('button', { name: /^Select all \d+$/ }).click()
  await expect(page.getByText(/^\d+ chosen$/)).toBeVisible()
  await head.call('PATCH', `/drives/${drive.drive_id}`, { min_cgpa: 8 })
  await page.getByRole('button', { name: /^Publish to \d+ chosen$/ }).click()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  const asking = page.getByRole('dialog')
  await expect(asking.getByRole('alert')).toContainText(/not eligible for this drive: \d+/)
  await asking.getByRole('button', { name: 'Take out who is not eligible any more' }).click()
  await expect(page.getByText(/^\d+ taken out of the choice\.$/)).toBeVisible()
  await asking.getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(page.getByText(/^Published\. \d+ students are selected\./)).toBeVisible()
})

test('why not: each rule that is not met @phone', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const drive = await newDrive(head, { min_cgpa: 9.9, allowed_branches: ['MBA'] })
  const [student] = await head.get<{ roll_number: string; name: string }[]>('/students?q=student@demo.example')
  const page = await signIn('coordinator', `/drives/${drive.drive_id}/students`)
  await expect(page.getByRole('heading', { name: 'Nobody is eligible' })).toBeVisible()
  await accessible()
  await page.getByRole('button', { name: 'Why not?' }).click()
  const dialog = page.getByRole('dialog', { name: 'Why is somebody eligible, or not?' })
  await dialog.getByRole('searchbox').fill(student?.roll_number ?? '')
  await dialog.getByRole('button', { name: student?.name ?? '' }).click()
  const rules = dialog.getByRole('table', { name: 'Rules that are not met' })
  await expect(rules.getByRole('row', { name: /CGPA at least 9\.9 \d/ })).toBeVisible()
  await expect(rules.getByRole('row', { name: /Branch one of MBA \w+/ })).toBeVisible()
  await accessible()
})

test('with the keyboard alone', async ({ signIn, api }) => {
  const drive = await newDrive(await api('head'))
  const page = await signIn('head', `/drives/${drive.drive_id}/students`)
  const rows = page.getByRole('grid').getByRole('row')
  await expect(rows.nth(3).getByRole('checkbox')).toBeVisible()
  await page.getByRole('button', { name: 'Backlogs' }).focus()
  await page.keyboard.press('Tab')
  await expect(rows.nth(1)).toBeFocused()
  await page.keyboard.press('Space')
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('3 chosen', { exact: true })).toBeVisible()
  await page.keyboard.press('Home')
  await page.keyboard.press('Space')
  await expect(page.getByText('2 chosen', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Publish to 2 chosen' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Publish to 2 students?' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByText('2 chosen', { exact: true })).toBeVisible()
})

test('a job is followed also when its events are refused, and one that is gone is not waited for', async ({
  signIn,
  api,
}) => {
  const drive = await newDrive(await api('head'))
  const page = await signIn('head', `/drives/${drive.drive_id}/students`)
  await page.route('**/api/jobs/*/events', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"detail":"too many"}' }),
  )
  await page.getByRole('button', { name: 'Publish to all eligible' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click()
  await expect(page.getByText(/^Published\. \d+ students are selected\./)).toBeVisible()

  await page.unroute('**/api/jobs/*/events')
  await page.goto(`/app/drives/${drive.drive_id}/students?job=2000000000`)
  await expect(page.getByText(/All eligible students are selected: \d+\.$/)).toBeVisible()
})
