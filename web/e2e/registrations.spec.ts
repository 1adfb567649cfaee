import { readFile } from 'node:fs/promises'
import { type Api, expect, test } from './fixtures'

let last = 0

/** A drive that is open for the demo's CSE students. */
async function openDrive(head: Api) {
  const company_name = `Registra ${process.pid} ${++last}`
  const drive = await head.post<{ drive_id: number }>('/drives', { company_name, job_title: 'Tester' })
  await head.publish(drive.drive_id)
  return drive.drive_id
}

test('registrations come by themselves, and are exported @phone', async ({ signIn, api, accessible }) => {
  const id = await openDrive(await api('head'))
  const page = await signIn('staff', `/drives/${id}/registrations`)
  await expect(page.getByText('Nobody has registered yet.', { exact: false })).toBeVisible()
  await accessible()
  const student = await api('student')
  await student.post('/registrations', { drive_id: id })
  const row = page.getByRole('grid', { name: 'Registrations' }).getByRole('row').nth(1)
  await expect(row).toBeVisible()
  await expect(page.getByText('1 registered', { exact: false })).toBeVisible()
  await accessible()

  await page.getByRole('button', { name: 'Export CSV' }).click()
  await expect(page.getByText(/The CSV file with 1 registrations? of/)).toBeVisible()
  await page.goto('/app/account')
  await page.goto(`/app/drives/${id}/registrations`)
  await accessible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^registrations-.*\.csv$/)
  const { roll_number } = await student.get<{ roll_number: string }>('/me')
  expect(await readFile(await download.path(), 'utf8')).toContain(roll_number)
})

test('searching among the registrations', async ({ signIn, api }) => {
  const id = await openDrive(await api('head'))
  const student = await api('student')
  await student.post('/registrations', { drive_id: id })
  const { roll_number } = await student.get<{ roll_number: string }>('/me')
  const page = await signIn('coordinator', `/drives/${id}/registrations`)
  await page.getByRole('searchbox').fill('nobody at all')
  await expect(page.getByText('No registration matches.', { exact: false })).toBeVisible()
  await page.getByRole('searchbox').fill(roll_number)
  await expect(page.getByRole('row', { name: roll_number })).toBeVisible()
  await page.getByRole('button', { name: 'Student', exact: true }).click()
  await expect(page.getByRole('columnheader', { name: 'Student' })).toHaveAttribute('aria-sort', 'ascending')
  await expect(page).toHaveURL(/sort=name/)
})

test('a phone shows when somebody registered, and sorts by it @phone-only', async ({ signIn, api }) => {
  const id = await openDrive(await api('head'))
  const student = await api('student')
  await student.post('/registrations', { drive_id: id })
  const { cgpa } = await student.get<{ cgpa: number }>('/me')
  const page = await signIn('coordinator', `/drives/${id}/registrations?sort=name`)
  const row = page.getByRole('grid', { name: 'Registrations' }).getByRole('row').nth(1)
  await expect(row).toContainText(`CGPA ${cgpa}`)
  await expect(row).toContainText(/\d (am|pm)/)
  await page.getByRole('button', { name: /Sort$/ }).click()
  await page.getByRole('option', { name: 'Registered, downwards' }).click()
  await expect(page).not.toHaveURL(/sort/)
})
