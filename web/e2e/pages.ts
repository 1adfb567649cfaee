import { readFileSync } from 'node:fs'
import type { Download, Locator, Page } from '@playwright/test'
import { expect } from './fixtures'

/** What people do on the pages of the console, in their words. Each step waits for what the person sees when it is done. */

const button = (on: Page | Locator, name: string | RegExp) => on.getByRole('button', { name })
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true })

/** menu goes to a page by the menu, which a phone opens first. */
export async function menu(page: Page, entry: string) {
  const opener = button(page, 'Menu').filter({ visible: true })
  if (await opener.count()) await opener.click()
  await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: entry, exact: true }).click()
}

async function saved(download: Promise<Download>): Promise<Buffer> {
  return readFileSync(await (await download).path())
}

export async function signIn(page: Page, email: string, secret: string) {
  await page.goto('/')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password or one-time code').fill(secret)
  await button(page, 'Sign in').click()
}

/** firstSignIn is that of who came with a one-time code, and leaves it with a password. */
export async function firstSignIn(page: Page, email: string, code: string, password: string) {
  await signIn(page, email, code)
  await expect(heading(page, 'Choose your password')).toBeVisible()
  await page.getByLabel('The one-time code that you just used').fill(code)
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('New password again').fill(password)
  await button(page, 'Change password').click()
  await expect(heading(page, 'Drives')).toBeVisible()
}

export async function signOut(page: Page) {
  const opener = button(page, 'Menu').filter({ visible: true })
  if (await opener.count()) await opener.click()
  await button(page, 'Sign out').click()
  await expect(heading(page, 'Sign in')).toBeVisible()
}

/** importStudents has a sheet checked, then imported, and answers the one-time codes by e-mail address. */
export async function importStudents(page: Page, name: string, lines: string[]): Promise<Map<string, string>> {
  await menu(page, 'Import')
  await page
    .getByLabel('Choose a sheet (.csv or .xlsx)')
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) })
  await expect(heading(page, 'The sheet is good')).toBeVisible()
  await button(page, 'Import for real…').click()
  const asked = page.getByRole('dialog', { name: `Import ${name}?` })
  await expect(asked).toContainText(`${lines.length - 1} new accounts are created and 0 students are updated`)
  await button(asked, 'Import').click()
  await expect(heading(page, 'The students are imported')).toBeVisible()

  await button(page, 'Fetch the codes').click()
  const download = page.waitForEvent('download')
  await button(page, 'Save as CSV').click()
  const [, ...rows] = (await saved(download)).toString('utf8').trim().split(/\r?\n/)
  const columns = rows.map((row) => row.split(','))
  await button(page, 'Done, forget them').click()
  await button(page.getByRole('dialog', { name: 'Forget the codes?' }), 'Forget them').click()
  await expect(page.getByText('The codes of this import have been fetched')).toBeVisible()
  return new Map(columns.map(([, , email = '', code = '']) => [email, code]))
}

export interface NewDrive {
  company: string
  title: string
  branch: string
  minCGPA: string
  /** eligible is how many the preview has to count before the drive is created. */
  eligible: number
}

export async function createDrive(page: Page, drive: NewDrive) {
  await menu(page, 'Drives')
  await page.getByRole('link', { name: 'New drive' }).click()
  await page.getByRole('textbox', { name: 'Company' }).fill(drive.company)
  await page.getByRole('textbox', { name: 'Job title' }).fill(drive.title)
  const branches = page.getByRole('group', { name: 'Branches' })
  await branches.getByLabel('Another branch', { exact: true }).fill(drive.branch)
  await branches.getByLabel('Another branch', { exact: true }).press('Enter')
  await page.getByRole('textbox', { name: 'Minimum CGPA' }).fill(drive.minCGPA)
  const preview = page.getByRole('complementary', { name: 'Who is eligible' })
  await expect(preview).toContainText(new RegExp(`${drive.eligible}\\s*of \\d+ students`))
  await expect(button(preview, new RegExp(`^${drive.branch}: ${drive.eligible} of \\d+ eligible$`))).toBeVisible()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(page.getByRole('heading', { name: drive.company, level: 1 })).toBeVisible()
  await expect(page.getByText('Pending', { exact: true })).toBeVisible()
}

export async function publishToAll(page: Page, company: string, eligible: number) {
  await button(page, 'Publish to all').click()
  const asked = page.getByRole('dialog', { name: `Publish the drive of ${company}?` })
  await expect(asked).toContainText(`${eligible} eligible students are selected for it and told`)
  await button(asked, 'Publish to all').click()
  await expect(page.getByText(`Published: ${eligible} eligible students, ${eligible} selected and told.`)).toBeVisible()
}

export async function stopRegistrations(page: Page, company: string, registered: number) {
  await button(page, 'Stop registrations').click()
  const asked = page.getByRole('dialog', { name: `Stop registrations for ${company}?` })
  await expect(asked).toContainText(`${registered} students have registered`)
  await button(asked, 'Stop registrations').click()
  await expect(page.getByText('Attendance', { exact: true }).first()).toBeVisible()
}

const card = (page: Page, company: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: company, exact: true }) })

export async function register(page: Page, company: string) {
  await button(card(page, company), `Register for ${company}`).click()
  await expect(card(page, company).getByText('Registered', { exact: true })).toBeVisible()
}

export async function withdraw(page: Page, company: string) {
  await button(card(page, company), `Withdraw from ${company}`).click()
  await button(page.getByRole('dialog', { name: `Withdraw from ${company}?` }), 'Withdraw').click()
  await expect(button(card(page, company), `Register for ${company}`)).toBeVisible()
}

export async function refused(page: Page, company: string, why: string) {
  await expect(card(page, company)).toContainText(why)
  await expect(card(page, company).getByRole('button')).toHaveCount(0)
}

/** mark types a roll number at the gate. */
export async function mark(page: Page, roll: string, status: 'present' | 'absent') {
  const field = page.getByLabel('Roll number or name')
  await field.fill(roll)
  await field.press(status === 'present' ? 'Enter' : 'Shift+Enter')
  await expect(field).toHaveValue('')
}

export async function publishAttendance(page: Page, company: string, says: string[]) {
  await expect(page.getByText('All marks are saved.')).toBeVisible()
  await button(page, 'Publish attendance').click()
  const asked = page.getByRole('dialog', { name: `Publish the attendance of ${company}?` })
  for (const text of says) await expect(asked).toContainText(text)
  await button(asked, 'Publish and finish the drive').click()
  await expect(page.getByText('The attendance is published. Nothing in it can be changed any more.')).toBeVisible()
}

/** sheetOf fetches the Excel file of a finished drive. */
export async function sheetOf(page: Page, company: string, title: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page
    .getByRole('link', { name: `Download the attendance of ${company}, ${title}, as Excel` })
    .first()
    .click()
  return saved(download)
}

/** branchFigures are what the analytics say of a branch: students, eligible, registered, present. */
export async function branchFigures(page: Page, branch: string): Promise<string[]> {
  await menu(page, 'Analytics')
  await button(page, 'Refresh').click()
  await expect(page.getByText('The figures are up to date.')).toBeVisible()
  const chart = page.getByRole('region', { name: 'By branch' })
  await chart.getByText('Show as table').click()
  const row = chart.getByRole('row').filter({ has: page.getByRole('cell', { name: branch }) })
  return (await row.getByRole('cell').allTextContents()).slice(1)
}

/** movedOnceDrawn runs in the page: it scrolls to an element, and says by how many pixels that moves while what is around it is drawn. */
export async function movedOnceDrawn(element: Element) {
  element.scrollIntoView({ block: 'end' })
  const { top } = element.getBoundingClientRect()
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  return element.getBoundingClientRect().top - top
}
