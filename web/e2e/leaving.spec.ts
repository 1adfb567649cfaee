import type { Page } from '@playwright/test'
import type { DriveBody } from '../src/api/schema'
import { expect, test } from './fixtures'
import { menu } from './pages'

let last = 0
/** A name that no other test uses. */
const fresh = (what: string) => `${what}${process.pid}x${++last}`

const signOut = async (page: Page) => {
  const opener = page.getByRole('button', { name: 'Menu' }).filter({ visible: true })
  if (await opener.count()) await opener.click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
}
const question = (page: Page) => page.getByRole('dialog', { name: 'Sign out with unsaved work?' })
const gone = (page: Page) => expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()

/** asksWhenClosed tells whether the browser asks before the page goes; the page stays. */
async function asksWhenClosed(page: Page): Promise<boolean> {
  return page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })))
}

/** importOf imports students and shows their codes. */
async function codesOf(page: Page, rolls: string[]) {
  const lines = rolls.map((roll) => `${roll},Student ${roll},${roll.toLowerCase()}@leaving.example,CSE,2027`)
  const buffer = Buffer.from(['Roll No,Name,Email,Branch,Batch', ...lines].join('\n'))
  await page
    .getByLabel('Choose a sheet (.csv or .xlsx)')
    .setInputFiles({ name: 'students.csv', mimeType: 'text/csv', buffer })
  await page.getByRole('button', { name: 'Import for real…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await page.getByRole('button', { name: 'Fetch the codes' }).click()
  await expect(page.getByText(new RegExp(`^${rolls.length} codes? (is|are) here`))).toBeVisible()
}

test('signing out asks while one-time codes are in no file and on no paper', async ({ signIn, accessible }) => {
  const page = await signIn('head', '/import')
  await codesOf(page, [fresh('LA'), fresh('LA')])
  await menu(page, 'Drives')
  await signOut(page)
  await expect(question(page)).toContainText('2 one-time codes of an import')
  await accessible()
  await question(page).getByRole('button', { name: 'Cancel' }).click()
  await page.goBack()
  await expect(page.getByText('2 codes are here'), 'nothing is lost by asking').toBeVisible()
  expect(await asksWhenClosed(page)).toBe(true)

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  await saving
  expect(await asksWhenClosed(page)).toBe(false)
  await signOut(page)
  await gone(page)
})

test('who signs out all the same leaves no codes behind, and printed ones need no question', async ({ signIn }) => {
  const page = await signIn('head', '/import')
  await codesOf(page, [fresh('LB')])
  await signOut(page)
  await question(page).getByRole('button', { name: 'Sign out all the same' }).click()
  await gone(page)
  expect(await asksWhenClosed(page), 'there is nothing any more').toBe(false)

  await signIn('head', '/import')
  await codesOf(page, [fresh('LC')])
  await page.evaluate(() => {
    window.print = () => {}
  })
  await page.getByRole('button', { name: 'Print cards' }).click()
  await signOut(page)
  await gone(page)
})

test('the code of a new person outlives the way back, and is named on leaving', async ({ signIn }) => {
  const page = await signIn('head', '/drives')
  const name = fresh('Newcomer ')
  await menu(page, 'People')
  await page.getByRole('button', { name: 'Add a person' }).click()
  const form = page.getByRole('dialog', { name: 'Add a person' })
  await form.getByLabel('Name').fill(name)
  await form.getByLabel('E-mail').fill(`${fresh('newcomer')}@leaving.example`)
  await form.getByRole('button', { name: 'Add' }).click()
  const dialog = page.getByRole('dialog', { name: `One-time code for ${name}` })
  const code = (await dialog.getByLabel('One-time code').textContent()) ?? '?'
  expect(await asksWhenClosed(page)).toBe(true)
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  await signOut(page)
  await expect(question(page)).toContainText(`The one-time code of ${name}`)
  await question(page).getByRole('button', { name: 'Cancel' }).click()
  await page.goForward()
  await expect(dialog).toContainText(code)
  await dialog.getByRole('button', { name: 'I have passed it on' }).click()
  expect(await asksWhenClosed(page)).toBe(false)
  await signOut(page)
  await gone(page)
})

test('changes of a drive are kept however its form is left @phone', async ({ signIn, api, accessible }) => {
  const head = await api('head')
  const company = fresh('Kept Works ')
  const drive = await head.post<DriveBody>('/drives', { company_name: company, job_title: 'Clerk', location: 'Pune' })
  const edit = `/drives/${drive.drive_id}/edit`
  const page = await signIn('coordinator', `/drives/${drive.drive_id}`)
  const restored = page.getByText('Your changes from before are still here; they are not saved.')
  const location = page.getByLabel('Location')
  const open = () => page.getByRole('link', { name: 'Edit' }).click()

  await open()
  await expect(location).toHaveValue('Pune')
  await page.goBack()
  await open()
  await expect(location, 'nothing was changed, so nothing is restored').toHaveValue('Pune')
  await expect(restored).toHaveCount(0)

  await location.fill('Nagpur')
  await page.goBack()
  await expect(page.getByRole('heading', { name: company, level: 1 })).toBeVisible()
  await open()
  await expect(restored).toBeVisible()
  await expect(location).toHaveValue('Nagpur')
  await accessible()

  await menu(page, 'Students')
  await page.goto(`/app${edit}`)
  await expect(location).toHaveValue('Nagpur')
  expect(await asksWhenClosed(page), 'it is kept').toBe(false)
  const other = await page.context().newPage()
  await page.close()
  await other.goto(`/app${edit}`)
  await expect(other.getByLabel('Location')).toHaveValue('Nagpur')

  // Somebody else has changed another field meanwhile: that is theirs.
  await head.call('PATCH', `/drives/${drive.drive_id}`, { job_title: 'Senior clerk' })
  await other.reload()
  await expect(other.getByLabel('Job title')).toHaveValue('Senior clerk')
  await other.getByRole('button', { name: 'Save' }).click()
  await expect(other.getByText('Nagpur')).toBeVisible()
  expect(await head.get<DriveBody>(`/drives/${drive.drive_id}`)).toMatchObject({
    location: 'Nagpur',
    job_title: 'Senior clerk',
  })
  await other.goto(`/app${edit}`)
  await expect(other.getByLabel('Location')).toHaveValue('Nagpur')
  await expect(other.getByText('Your changes from before')).toHaveCount(0)
})

test('kept changes of a drive are put aside only by who says so', async ({ signIn, api }) => {
  const head = await api('head')
  const company = fresh('Aside Works ')
  const drive = await head.post<DriveBody>('/drives', { company_name: company, job_title: 'Clerk', location: 'Pune' })
  const edit = `/app/drives/${drive.drive_id}/edit`
  const page = await signIn('coordinator', `/drives/${drive.drive_id}/edit`)
  const location = page.getByLabel('Location')
  await location.fill('Nagpur')
  await page.reload()
  await page.getByRole('button', { name: 'Discard the changes' }).click()
  await expect(location).toHaveValue('Pune')
  await page.reload()
  await expect(location).toHaveValue('Pune')

  await location.fill('Goa')
  await page.getByRole('button', { name: 'Cancel' }).click()
  const asked = page.getByRole('dialog', { name: 'Discard the changes?' })
  await asked.getByRole('button', { name: 'Cancel' }).click()
  await expect(location).toHaveValue('Goa')
  await signOut(page)
  await expect(question(page)).toContainText(`What you typed for ${company}`)
  await question(page).getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await asked.getByRole('button', { name: 'Discard the changes' }).click()
  await expect(page.getByRole('heading', { name: company, level: 1 })).toBeVisible()
  await page.goto(edit)
  await expect(location).toHaveValue('Pune')

  await location.fill('Surat')
  await signOut(page)
  await question(page).getByRole('button', { name: 'Sign out all the same' }).click()
  await gone(page)
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('Surat')
})
