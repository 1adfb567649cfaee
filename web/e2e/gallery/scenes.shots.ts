import { expect, test } from '../fixtures'
import { newStudent, openDrive, unique } from '../students'
import { picture, quiet } from './picture'

/** What a screen's address alone does not show: questions, forms with faults, what goes on, and the way in. */

interface Drive {
  drive_id: number
  company_name: string
}

test('the way in', async ({ page, api }) => {
  await page.goto('/app/')
  await picture(page, 'scene-sign-in')
  await page.getByLabel('E-mail address').fill('somebody@demo.example')
  await page.getByLabel('Password or one-time code').fill('not the one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await picture(page, 'scene-sign-in-refused')
  const { email, code } = await newStudent(await api('head'), { password: undefined })
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password or one-time code').fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Choose your password' })).toBeVisible()
  await picture(page, 'scene-choose-password')
})

test('a student', async ({ page, api, signIn }) => {
  const head = await api('head')
  const person = await newStudent(head)
  await openDrive(head, unique('Western Ghats Power'), { description: 'Two rounds and an interview. '.repeat(20) })
  await openDrive(head, unique('Only High Marks'), { min_cgpa: 9, max_backlogs: 0, allowed_branches: ['MBA'] }).catch(
    () => 0,
  )
  await signIn(person, '/open')
  await page.getByRole('button', { name: /^Register for Western/ }).click()
  await page.getByRole('button', { name: /^Withdraw from/ }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await picture(page, 'scene-withdraw')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: /^Western Ghats/ }).click()
  await quiet(page)
  await picture(page, 'scene-student-drive')
  await page.goto('/app/mine')
  await quiet(page)
  await picture(page, 'scene-student-mine')
  await head.call('PATCH', `/students/${person.id}`, {
    debarred: true,
    debarred_reason: 'Left an interview without a word',
  })
  await page.goto('/app/open')
  await quiet(page)
  await picture(page, 'scene-student-debarred')
})

test('a drive', async ({ page, api, signIn, isMobile }) => {
  const head = await api('head')
  const { drive_id } = await head.post<Drive>('/drives', {
    company_name: 'Sahyadri Robotics',
    job_title: 'Engineer',
    min_cgpa: 7,
  })
  await signIn('head', `/drives/${drive_id}`)
  await quiet(page)
  await page.getByRole('button', { name: 'Publish to all' }).click()
  await picture(page, 'scene-publish')
  await page.keyboard.press('Escape')
  await page.goto('/app/drives/new')
  await page.getByRole('textbox', { name: 'Company' }).fill('Nilgiri Tea')
  await page.getByRole('textbox', { name: 'Minimum CGPA' }).fill('11')
  await page.getByLabel('Registration until').fill('2027-01-02T17:30')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await picture(page, 'scene-drive-faults')
  if (isMobile) {
    await page.getByText('Details', { exact: true }).click()
    await picture(page, 'scene-preview')
    await page.keyboard.press('Escape')
  }
  await page.goto(`/app/drives/${drive_id}/students`)
  await page.getByRole('button', { name: 'Why not?' }).click()
  await picture(page, 'scene-why-not')
})

test('the day', async ({ page, api, signIn }) => {
  const head = await api('head')
  const [day] = await head.get<Drive[]>('/drives?status=attending')
  await signIn('head', `/drives/${day?.drive_id}/attendance`)
  await quiet(page)
  await page.getByLabel('Roll number or name').fill('27E')
  await picture(page, 'scene-matches')
  await page.getByLabel('Roll number or name').fill('')
  await page.getByRole('button', { name: 'Paste list' }).click()
  await picture(page, 'scene-paste')
  await page.keyboard.press('Escape')
  await page.context().setOffline(true)
  await page.getByLabel('Roll number or name').fill('27ECE002')
  await page.keyboard.press('Enter')
  await picture(page, 'scene-offline')
  await page.context().setOffline(false)
  await expect(page.getByText('All marks are saved.')).toBeVisible()
  await page.getByRole('button', { name: 'Publish attendance' }).click()
  await picture(page, 'scene-publish-attendance')
})

test('people and sheets', async ({ page, signIn, isMobile }) => {
  await signIn('head', '/people')
  await quiet(page)
  if (isMobile) {
    await page.getByRole('button', { name: 'Filters' }).click()
    await picture(page, 'scene-people-filters')
  }
  await page.getByRole('button', { name: 'Add a person' }).click()
  await picture(page, 'scene-add-person')
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: /^What to do with/ })
    .nth(4)
    .click()
  await picture(page, 'scene-person-menu')
  await page.getByRole('menuitem', { name: /code/i }).click()
  await picture(page, 'scene-new-code')
  await page.goto('/app/import')
  const sheet =
    'roll_number,name,email,branch,batch_year,cgpa\nR1,Asha Rao,asha@x.example,CSE,2027,8.1\nR2,,not an address,CSE,2027,18\n'
  await page
    .getByLabel('Choose a sheet (.csv or .xlsx)')
    .setInputFiles({ name: 'students.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await expect(page.getByRole('cell', { name: 'not an address' })).toBeVisible()
  await picture(page, 'scene-import-faults')
  await page.goto('/app/audit')
  await quiet(page)
  await page.getByText('All fields').first().click()
  await picture(page, 'scene-audit-open')
  await page.goto('/app/jobs')
  await quiet(page)
  await page.getByText('Details').first().click()
  await picture(page, 'scene-job-open')
  if (isMobile) {
    await page.getByRole('button', { name: 'Menu' }).first().click()
    await picture(page, 'scene-menu')
  }
})
