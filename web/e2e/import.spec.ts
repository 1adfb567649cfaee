import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, password, people, test } from './fixtures'
import { workbook } from './xlsx'

let last = 0
/** A name that no other test uses. */
const fresh = () => `${process.pid}x${Date.now().toString(36)}${++last}`

const header = 'Roll No,Name,Email,Branch,Batch,CGPA'

function sheet(lines: string[], name = 'students.csv') {
  return { name, mimeType: 'text/csv', buffer: Buffer.from([header, ...lines].join('\n')) }
}

const goodLine = (roll: string, cgpa = '8.10') =>
  `${roll},Student ${roll},${roll.toLowerCase()}@import.example,CSE,2027,${cgpa}`

const choose = (page: Page, file: ReturnType<typeof sheet>) =>
  page.getByLabel('Choose a sheet (.csv or .xlsx)').setInputFiles(file)

test('a broken sheet shows each cell to mend where it stands, and changes nothing @phone', async ({
  signIn,
  accessible,
}) => {
  const page = await signIn('head', '/import')
  await expect(page.getByRole('heading', { name: 'Import students' })).toBeVisible()
  const id = fresh()
  const lines = Array.from({ length: 60 }, (_, i) => goodLine(`${id}n${i}`, i % 2 ? '8' : '11'))
  lines[0] = `${id}n0,Nobody,not-an-address,CSE,2027,11`
  await choose(page, sheet(lines, 'broken.csv'))

  await expect(page.getByRole('heading', { name: '31 cells to mend' })).toBeVisible()
  await expect(page.getByText('Nothing has changed.')).toBeVisible()
  const around = page.getByRole('region', { name: 'The sheet around line 2' })
  await expect(around.getByRole('cell', { name: 'not-an-address' })).toBeVisible()
  await accessible()

  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByText('2 of 31')).toBeVisible()
  await expect(page.getByText('Line 2 · CGPA')).toBeVisible()

  await page.getByRole('button', { name: /All columns/ }).click()
  await page.getByRole('option', { name: 'CGPA (30)' }).click()
  await expect(page.getByText('1 of 30')).toBeVisible()
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByRole('region', { name: 'The sheet around line 4' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Import for real…' })).toHaveCount(0)
})

test('a good sheet is checked, imported, and a code of it signs in', async ({ signIn, api, accessible, context }) => {
  const id = fresh()
  const rolls = [1, 2, 3].map((n) => `${id}g${n}`)
  const page = await signIn('head', '/import')
  const file = sheet(rolls.map((roll) => goodLine(roll)))
  await choose(page, file)
  await expect(page.getByRole('heading', { name: 'The sheet is good' })).toBeVisible()
  const head = await api('head')
  expect(await head.get<unknown[]>(`/students?q=${id}`), 'a check changes nothing').toEqual([])
  await accessible()

  await page.getByRole('button', { name: 'Import for real…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import students.csv?' })
  await expect(dialog).toContainText('3 new accounts are created and 0 students are updated')
  await dialog.getByRole('button', { name: 'Import' }).click()
  await expect(page.getByRole('heading', { name: 'The students are imported' })).toBeVisible()
  expect(await head.get<unknown[]>(`/students?q=${id}`)).toHaveLength(3)

  // The page can be left and found again.
  await page.getByRole('link', { name: 'Drives', exact: true }).click()
  await page.getByRole('link', { name: 'Import', exact: true }).click()
  await page
    .getByRole('link', { name: /^Import no\..*New: 3/ })
    .first()
    .click()
  await expect(page.getByText('3 new accounts wait for a code')).toBeVisible()

  await page.getByRole('button', { name: 'Fetch the codes' }).click()
  await expect(page.getByText('3 codes are here, in this window only.')).toBeVisible()
  const leaving = page.waitForEvent('dialog')
  const reload = page.evaluate(() => setTimeout(() => location.reload()))
  const warning = await leaving
  expect(warning.type()).toBe('beforeunload')
  await warning.dismiss()
  await reload
  await expect(page.getByText('3 codes are here'), 'staying keeps them').toBeVisible()
  await accessible()

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  const csv = await readFile(await (await saving).path(), 'utf8')
  const rows = csv.trim().split(/\r?\n/).slice(1)
  expect(rows).toHaveLength(3)
  const [, , email, code] = (rows[0] ?? '').split(',')

  await page.emulateMedia({ media: 'print' })
  await expect(page.getByText(code ?? '?')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Import students' }), 'only the cards are printed').toBeHidden()
  await page.emulateMedia({ media: 'screen' })

  await page.getByRole('button', { name: 'Done, forget them' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Forget them' }).click()
  await expect(page.getByText('The codes of this import have been fetched')).toBeVisible()
  await page.reload()
  await expect(page.getByText('The codes of this import have been fetched')).toBeVisible()

  const [student] = [await context.browser()?.newContext({ baseURL: new URL(page.url()).origin })]
  const tab = await student?.newPage()
  if (!tab) throw new Error('no browser')
  await tab.goto('/app/')
  await tab.getByLabel('E-mail address').fill(email ?? '')
  await tab.getByLabel('Password or one-time code').fill(code ?? '')
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await expect(tab.getByRole('heading', { name: 'Choose your password' })).toBeVisible()
  await student?.close()
})

test('a sheet is chosen and imported with the keyboard only', async ({ signIn }) => {
  const page = await signIn('head', '/import')
  await expect(page.getByRole('heading', { name: 'Import students' })).toBeVisible()
  // Asked for early: the browser takes a moment to hand the choice over.
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('link', { name: 'Skip to the content' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Choose a sheet (.csv or .xlsx)')).toBeFocused()
  await page.keyboard.press('Space')
  const id = fresh()
  await (await choosing).setFiles(sheet([goodLine(`${id}k1`)], 'keys.csv'))

  const real = page.getByRole('button', { name: 'Import for real…' })
  await expect(real).toBeVisible()
  for (let i = 0; i < 20 && !(await real.evaluate((el) => el === document.activeElement)); i++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Import' })
  for (let i = 0; i < 5 && !(await confirm.evaluate((el) => el === document.activeElement)); i++)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'The students are imported' })).toBeVisible()
})

test('what is no sheet is refused with what to do', async ({ signIn, accessible }) => {
  const page = await signIn('head', '/import')
  await expect(page.getByRole('heading', { name: 'Recent imports' })).toBeVisible()
  await accessible()
  await choose(page, { name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from('x') })
  await expect(page.getByRole('alert')).toContainText('Save it as .xlsx or .csv')
  await choose(page, { name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.from('') })
  await expect(page.getByRole('alert')).toContainText('The file is empty')
  await page.route('**/students/import**', (route) => route.abort())
  await choose(page, sheet([goodLine(fresh())]))
  await expect(page.getByRole('alert')).toContainText('cannot be reached')
})

test('a workbook’s rows are shown around what is to mend, too', async ({ signIn }) => {
  const id = fresh()
  const rows = [
    header.split(','),
    [`${id}x1`, 'First', `${id}x1@import.example`, 'CSE', 2027, 8.5],
    [`${id}x2`, 'Second', `${id}x2@import.example`, 'CSE', 2027, 'eight'],
  ]
  const page = await signIn('head', '/import')
  const mimeType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
  await choose(page, { name: 'students.xlsx', mimeType, buffer: workbook(rows) })
  await expect(page.getByRole('heading', { name: '1 cell to mend' })).toBeVisible()
  const around = page.getByRole('region', { name: 'The sheet around line 3' })
  await expect(around.getByRole('cell', { name: 'eight' })).toBeVisible()
  await expect(around.getByRole('row', { name: /First.*8\.5/ })).toBeVisible()
})

test('codes are fetched over plain HTTP, too, where a browser does not say by itself where a request comes from', async ({
  api,
  server,
  playwright,
}) => {
  const head = await api('head')
  const { job_id } = await head.postForm<{ job_id: number }>('/students/import', {
    file: sheet([goodLine(`${fresh()}h1`)]),
  })
  await head.finished(job_id)
  // A name of its own, as an office has it in its network: to a browser nothing there is trustworthy, other than 127.0.0.1.
  const launchOptions = test.info().project.use.launchOptions ?? {}
  const args = ['--host-resolver-rules=MAP placement.example 127.0.0.1']
  const browser = await playwright.chromium.launch({ ...launchOptions, args })
  const page = await browser.newPage()
  await page.goto(`${server.url.replace('127.0.0.1', 'placement.example')}/app/import?job=${job_id}`)
  await page.getByLabel('E-mail address').fill(people.head)
  await page.getByLabel('Password or one-time code').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const asked = page.waitForRequest(/\/codes$/)
  await page.getByRole('button', { name: 'Fetch the codes' }).click()
  const headers = await (await asked).allHeaders()
  expect(headers['sec-fetch-site']).toBeUndefined()
  await expect(page.getByText('1 code is here')).toBeVisible()
  await browser.close()
})
