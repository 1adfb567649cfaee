import { writeFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { reads, rowsOf, scrolled, searched, sorted, there } from './large/lists'
import { expect, roll, sheet, students, test } from './large/university'
import { workbook } from './xlsx'

// One after the other on one server: it takes a while to fill.
test.describe.configure({ mode: 'default' })

test('students', async ({ signIn, meter, show }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await meter.opens('students, open', async () => {
    await show('/students')
    await there(page)
  })
  await sorted(page, meter, 'students')
  await searched(page, meter, 'students', 'L05999', /^10 students match/, /^60,\d\d\d students$/)
  await scrolled(page, meter, 'students', 10_000)
})

test('whom a drive reaches', async ({ signIn, api, meter, show }) => {
  const head = await api('head')
  const drive = { company_name: 'Large & Sons', job_title: 'Clerk' }
  const { drive_id } = await head.post<{ drive_id: number }>('/drives', drive)
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await meter.opens('selection, open', async () => {
    await show(`/drives/${drive_id}/students`)
    await there(page)
  })
  await sorted(page, meter, 'selection')
  await searched(page, meter, 'selection', 'L05999', /^10 of 60,\d\d\d eligible match/, /^60,\d\d\d eligible$/)
  await scrolled(page, meter, 'selection', 3_000)
  await meter.costs('selection, select all', async () => {
    await page.getByRole('checkbox', { name: 'Select all' }).click()
    await page.getByText(/^60,\d\d\d chosen$/).waitFor()
  })
  const chosen = await page.getByText(/^60,\d\d\d chosen$/).textContent()
  await meter.costs('selection, take one out', async () => {
    await rowsOf(page).nth(3).getByRole('checkbox').click()
    await expect(page.getByText(/^60,\d\d\d chosen$/)).not.toHaveText(chosen ?? '')
  })
})

test('people', async ({ signIn, meter, show }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await meter.opens('people, open', async () => {
    await show('/people')
    await there(page)
  })
  await searched(page, meter, 'people', 'l5999', /^11 people$/, /^60,\d\d\d people$/)
  await scrolled(page, meter, 'people', 1_000)
  await meter.costs('people, edit one', async () => {
    await rowsOf(page).nth(3).click()
    await page.getByRole('dialog').waitFor()
  })
})

test('the board of drives', async ({ signIn, meter, show }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  const column = page.getByRole('region', { name: 'Open' })
  await meter.costs('board, open', async () => {
    await show('/drives')
    await column.getByRole('listitem').nth(20).waitFor({ state: 'attached' })
  })
  // The demo's three drives are open, too, and those of other tests here.
  await expect(column).toContainText(/^Open15\d/)
  for (const n of [40, 60, 90, 99]) {
    await meter.costs('board, further down', async () => {
      await column.getByRole('listitem').last().scrollIntoViewIfNeeded()
      await column.getByRole('listitem').nth(n).waitFor({ state: 'attached' })
    })
  }
  await meter.costs('board, show older', async () => {
    await column.getByRole('button', { name: 'Show older' }).click()
    await column.getByRole('listitem').nth(110).waitFor({ state: 'attached' })
  })
  await meter.types('board, search', page.getByRole('searchbox'), 'Company 14', async () => {
    await expect(column.getByRole('listitem')).toHaveCount(11)
  })
})

test('a new drive', async ({ signIn, meter, show }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  const preview = page.getByRole('complementary', { name: 'Who is eligible' })
  await meter.opens('new drive, open', async () => {
    await show('/drives/new')
    await page.getByTestId('cgpa-curve').waitFor()
    await reads(page, '.eligible-now .quiet', 'of 60,')
  })
  const company = page.getByRole('textbox', { name: 'Company' })
  await meter.types('new drive, company', company, 'Larger Sons', () => expect(company).toHaveValue('Larger Sons'))
  await meter.types('new drive, minimum CGPA', page.getByRole('textbox', { name: 'Minimum CGPA' }), '7.5', async () => {
    await preview.filter({ hasText: /30,\d\d\d\s*of 60,\d\d\d students/ }).waitFor()
  })
  await meter.costs('new drive, click on the curve', async () => {
    await preview.getByTestId('cgpa-curve').click({ position: { x: 150, y: 60 } })
    await expect(page.getByRole('textbox', { name: 'Minimum CGPA' })).not.toHaveValue('7.5')
    await preview.filter({ hasNotText: /30,\d\d\d\s*of 60,\d\d\d students/ }).waitFor()
  })
  await meter.costs('new drive, press a branch', async () => {
    await preview.getByRole('button', { name: /^CSE:/ }).click()
    await preview.getByText('Branch', { exact: true }).waitFor()
  })
})

test('a drive for everybody, and its registrations', async ({ signIn, meter, show, university }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await meter.costs('overview, open', async () => {
    await show(`/drives/${university.open}`)
    await page
      .getByRole('region', { name: 'Who would be eligible now' })
      .filter({ hasText: /60,\d\d\d/ })
      .waitFor()
  })
  await meter.costs('registrations, open', async () => {
    await page.getByRole('link', { name: 'Registrations', exact: true }).click()
    await there(page)
  })
  await sorted(page, meter, 'registrations')
  await searched(page, meter, 'registrations', 'L00199', /^10 registrations match/, /^5,000 registered/)
  await scrolled(page, meter, 'registrations', 4_000)
})

/** While the marks go out, whoever looks more seldom weighs the sending, too, which has its own step. */
const marked = (page: Page, figure: string) => reads(page, 'section h2 + .num', figure)

test('the gate', async ({ signIn, meter, show, university }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  const field = page.getByLabel('Roll number or name')
  const saved = page.getByText('All marks are saved.')
  /** next waits until some more marks are saved; false when all are. */
  const next = async () => {
    const sent = page.waitForResponse(/mark-bulk/).catch(() => {})
    await Promise.race([sent, saved.waitFor()])
    return !(await saved.isVisible())
  }
  await meter.costs('attendance, open', async () => {
    await show(`/drives/${university.gate}/attendance`)
    await page.getByText('0 of 5000 marked').waitFor()
  })
  await meter.types('attendance, roll number', field, '4321', async () => {
    await page.getByText(roll(4321)).first().waitFor()
  })
  await meter.costs('attendance, mark', async () => {
    await field.press('Enter')
    await page.getByText('1 of 5000 marked').waitFor()
    await saved.waitFor()
  })
  await meter.types('attendance, name', field, 'meera', async () => {
    await page
      .getByRole('list')
      .getByText(/^Meera/)
      .first()
      .waitFor()
  })
  await field.fill('')
  await meter.costs('attendance, undo', async () => {
    await page.keyboard.press('Control+z')
    await page.getByText('0 of 5000 marked').waitFor()
    await saved.waitFor()
  })
  await page.getByRole('button', { name: 'Paste list' }).click()
  const dialog = page.getByRole('dialog', { name: 'Mark many at once' })
  const list = Array.from({ length: 4_000 }, (_, n) => `${n + 1}\t${roll(n)}\tsomebody`)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate((text) => navigator.clipboard.writeText(text), list.join('\n'))
  await meter.costs('attendance, paste 4,000', async () => {
    await dialog.getByLabel('Roll numbers').press('Control+v')
    await dialog.filter({ hasText: '4,000 students recognised' }).waitFor()
  })
  await meter.costs('attendance, mark 4,000', async () => {
    await dialog.getByRole('button', { name: /^Mark / }).click()
    await marked(page, '4000 of 5000 marked')
  })
  await meter.each('attendance, save some of 4,000', next)
  await meter.costs('attendance, show the absent', async () => {
    await page
      .getByRole('group', { name: 'Show' })
      .getByRole('button', { name: /Unmarked/ })
      .click()
    await page.getByRole('list').getByText(roll(4000)).waitFor()
  })
  await meter.costs('attendance, undo 4,000', async () => {
    await page.getByRole('button', { name: /^Undo: / }).click()
    await marked(page, '0 of 5000 marked')
  })
  await meter.each('attendance, save some of the undoing', next)
})

test('finished drives and figures', async ({ signIn, meter, show }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await meter.costs('finished, open', async () => {
    await show('/finished')
    await there(page)
  })
  await meter.costs('finished, choose a period', async () => {
    await page.getByRole('button', { name: /Period/ }).click()
    await page.getByRole('option', { name: 'Last 3 months' }).click()
    await expect(page).toHaveURL(/months=3/)
    await there(page)
  })
  await meter.costs('analytics, open', async () => {
    await show('/analytics')
    await page.getByRole('region', { name: 'Drives over time' }).locator('svg').last().waitFor()
    await page.getByRole('region', { name: 'By branch' }).locator('svg').last().waitFor()
  })
  await meter.costs('analytics, open the periods', async () => {
    await page.getByRole('button', { name: /Period/ }).click()
    await page.getByRole('option', { name: 'Last 365 days' }).waitFor()
  })
  await meter.costs('analytics, choose a year', async () => {
    await page.getByRole('option', { name: 'Last 365 days' }).click()
    await expect(page).toHaveURL(/days=365/)
    await page.getByRole('region', { name: 'By branch' }).locator('svg').last().waitFor()
  })
})

test('a sheet with thousands of faults', async ({ signIn, meter }, info) => {
  const page = await signIn('head', '/import')
  await page.getByRole('heading', { name: 'Import students' }).waitFor()
  const file = info.outputPath('students.csv')
  await writeFile(
    file,
    sheet((n) => (n % 12 === 0 ? { cgpa: '11' } : n % 12 === 1 ? { batch: 'x' } : {})),
  )
  await meter.costs('import, check a sheet', async () => {
    await page.getByLabel('Choose a sheet (.csv or .xlsx)').setInputFiles(file)
    await page.getByRole('heading', { name: '10,000 cells to mend' }).waitFor({ timeout: 30_000 })
    await page.getByRole('region', { name: /The sheet around line/ }).waitFor()
  })
  await meter.costs('import, next fault', async () => {
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByText('2 of 1,000').waitFor()
  })
  await meter.costs('import, one kind', async () => {
    await page.getByRole('group', { name: 'By kind' }).getByRole('button').nth(1).click()
    await page.getByText('1 of 500').waitFor()
  })
  await meter.costs('import, the last fault of the table', async () => {
    await rowsOf(page).nth(1).focus()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByText('500 of 500').waitFor()
  })
})

test('a workbook of 60,000 rows', async ({ signIn, meter }, info) => {
  const page = await signIn('head', '/import')
  await page.getByRole('heading', { name: 'Import students' }).waitFor()
  const rows = sheet((n) => (n === students - 1 ? { cgpa: '11' } : {})).split('\n')
  const file = info.outputPath('students.xlsx')
  await writeFile(file, workbook(rows.map((row) => row.split(','))))
  await meter.costs('import, check a workbook', async () => {
    await page.getByLabel('Choose a sheet (.csv or .xlsx)').setInputFiles(file)
    await page.getByRole('heading', { name: '1 cell to mend' }).waitFor({ timeout: 30_000 })
    await page.getByRole('region', { name: 'The sheet around line 60001' }).waitFor({ timeout: 30_000 })
  })
})

test('a drive is published to 60,000, and its job followed', async ({ signIn, api }) => {
  const head = await api('head')
  const { drive_id } = await head.post<{ drive_id: number }>('/drives', {
    company_name: 'Everybody Ltd',
    job_title: 'Clerk',
  })
  const page = await signIn('coordinator', `/drives/${drive_id}`)
  await page.getByRole('button', { name: 'Publish to all' }).click()
  const asked = page.getByRole('dialog', { name: 'Publish the drive of Everybody Ltd?' })
  await expect(asked).toContainText(/60,\d\d\d eligible students are selected for it and told/)
  const begun = Date.now()
  await asked.getByRole('button', { name: 'Publish to all' }).click()
  const going = page.getByRole('progressbar', { name: 'Selecting and telling the eligible students' })
  await going.waitFor()
  await page.getByText('Running', { exact: true }).waitFor()
  await page.getByText('You may leave this page; it goes on.').waitFor()

  await page.getByRole('navigation', { name: 'Menu' }).getByRole('link', { name: 'Drives', exact: true }).click()
  await page.getByRole('link', { name: /^Everybody Ltd/ }).click()
  const done = /Published: 60,\d\d\d eligible students, 60,\d\d\d selected and told\./
  await going.or(page.getByText(done)).waitFor()
  await page.getByText(done).waitFor()
  console.log(`published to 60,000 within ${Date.now() - begun} ms`)
})

test('jobs and the audit trail', async ({ signIn, meter, show }) => {
  const page = await signIn('head', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  const jobs = page.getByRole('list', { name: 'Jobs' }).getByRole('listitem')
  await meter.costs('jobs, open', async () => {
    await show('/jobs')
    await jobs.nth(29).waitFor()
  })
  for (const n of [59, 89]) {
    await meter.costs(`jobs, show more, ${n}`, async () => {
      await page.getByRole('button', { name: 'Show more' }).click()
      await jobs.nth(n).waitFor()
    })
  }
  const entries = page.getByRole('list', { name: 'Audit trail' }).getByRole('listitem', { name: /^Entry/ })
  await meter.costs('audit, open', async () => {
    await show('/audit')
    await entries.first().waitFor()
  })
  const before = await entries.count()
  await meter.costs('audit, show more', async () => {
    await page.getByRole('button', { name: 'Show more' }).click()
    await entries.nth(before).waitFor({ state: 'attached' })
  })
  await meter.costs('audit, show each', async () => {
    await page.getByText('Show each').first().click()
    await page.getByRole('table').first().waitFor()
  })
})

test('a student', async ({ signIn, meter, show }) => {
  const page = await signIn('student', '/notifications')
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  await meter.costs('open drives, open', async () => {
    await show('/open')
    await page.getByRole('region', { name: 'Open for you' }).getByRole('listitem').nth(8).waitFor()
    await page
      .getByRole('region', { name: 'Not for you' })
      .getByText(/^CGPA 9\.90 needed/)
      .nth(8)
      .waitFor({ state: 'attached' })
  })
  await meter.costs('my registrations, open', async () => {
    await show('/mine')
    await page.getByRole('heading', { name: 'My registrations' }).waitFor()
    await page.getByRole('region', { name: 'Over' }).getByRole('listitem').nth(8).waitFor({ state: 'attached' })
  })
})
