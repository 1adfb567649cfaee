import { readFile } from 'node:fs/promises'
import { expect, test } from './crew'
import { movedOnceDrawn } from './pages'

test('the trail shows who did what, before and after, and gives it as CSV', async ({ signIn, api, accessible }) => {
  const company = `Audit Works ${process.pid}${Date.now().toString(36)}`
  const coordinator = await api('coordinator')
  const drive = await coordinator.post<{ drive_id: number }>('/drives', {
    company_name: company,
    job_title: 'Engineer',
    location: 'Pune',
  })
  await coordinator.call('PATCH', `/drives/${drive.drive_id}`, { location: 'Nagpur', min_cgpa: 7.5 })

  const page = await signIn('head', '/audit')
  await page.getByRole('combobox', { name: 'Drive' }).fill(company)
  await page.getByRole('option', { name: company }).click()
  await expect(page).toHaveURL(new RegExp(`drive=${drive.drive_id}`))
  const entries = page.getByRole('list', { name: 'Audit trail' }).getByRole('listitem')
  await expect(entries).toHaveCount(2)
  const changed = entries.first()
  await expect(changed).toContainText('Change a drive')
  await expect(changed).toContainText('Arvind Menon')
  await expect(changed.getByRole('row', { name: 'location Pune Nagpur' })).toBeVisible()
  await expect(changed.getByRole('row', { name: 'min_cgpa empty 7.5' })).toBeVisible()
  await accessible()
  await entries.last().getByText('All fields').click()
  await expect(entries.last().getByRole('row', { name: 'location Pune' })).toBeVisible()

  await page.getByRole('combobox', { name: 'Done by' }).fill('coordinator@')
  await page.getByRole('option', { name: /Arvind Menon/ }).click()
  await page.getByRole('button', { name: /What was done/ }).click()
  await page.getByRole('option', { name: 'Change a drive', exact: true }).click()
  await expect(entries).toHaveCount(1)

  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download CSV' }).click()
  const csv = await readFile(await (await saving).path(), 'utf8')
  expect(csv.trim().split('\n'), 'the same filters').toHaveLength(2)
  expect(csv).toContain('Nagpur')

  await page.reload()
  await expect(page.getByRole('combobox', { name: 'Done by' })).toHaveValue(/Arvind Menon/)
  await expect(entries).toHaveCount(1)
})

test('each of a crowd that registers at once has an entry', async ({ signIn, day }) => {
  const { id, students } = await day(10)
  const page = await signIn('head', `/audit?drive=${id}`)
  for (const { name } of students)
    await expect(page.getByRole('listitem', { name: `Entry: Register, ${name}`, exact: true })).not.toHaveCount(0)
  await expect(page.getByRole('listitem', { name: /^Entry: Register, / })).toHaveCount(10)
})

test('more is shown, and nothing fits a day before the college @phone', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const drive = { company_name: `Many Changes ${Date.now()}`, job_title: 'Clerk' }
  const { drive_id } = await head.post<{ drive_id: number }>('/drives', drive)
  // More than one page has room for.
  for (let n = 0; n < 105; n++) await head.call('PATCH', `/drives/${drive_id}`, { location: `Hall ${n}` })
  const page = await signIn('head', '/audit')
  const entries = page.getByRole('list', { name: 'Audit trail' }).getByRole('listitem')
  await expect(entries.first()).toBeVisible()
  await accessible()
  const before = await entries.count()
  const more = page.getByRole('button', { name: 'Show more' })
  expect(await more.evaluate(movedOnceDrawn), 'the button keeps its place when it is scrolled to').toBe(0)
  await more.click()
  await expect.poll(() => entries.count()).toBeGreaterThan(before)
  await page.getByLabel('Until').fill('2020-01-01')
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await expect(entries.first()).toBeVisible()
})
