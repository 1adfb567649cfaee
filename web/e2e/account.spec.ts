import type { Page } from '@playwright/test'
import { expect, password, people, test } from './fixtures'
import { newStudent, openDrive, unique } from './students'

async function enter(page: Page, email: string, secret: string) {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password or one-time code').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function leave(page: Page) {
  const signOut = page.getByRole('button', { name: 'Sign out' })
  await expect(signOut.or(page.getByRole('button', { name: 'Menu' })).first()).toBeVisible()
  if (!(await signOut.isVisible())) await page.getByRole('button', { name: 'Menu' }).click()
  await signOut.click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
}

test('signing in, and out again @phone', async ({ page, accessible }) => {
  await page.goto('/')
  await expect(page).toHaveURL(/\/app\/$/)
  await accessible()
  await enter(page, people.student, 'not the password')
  await expect(page.getByRole('alert')).toContainText('wrong e-mail address or password')

  await page.getByLabel('Password or one-time code').fill(password)
  await page.getByLabel('Password or one-time code').press('Enter')
  await expect(page.getByRole('heading', { name: 'Drives', level: 1 })).toBeVisible()
  expect(await page.evaluate(() => document.cookie), 'no script can read the session').toBe('')
  await leave(page)
  await page.goto('/app/open')
  await expect(page.getByRole('heading', { name: 'Sign in' }), 'and stays so').toBeVisible()
})

test('a first sign-in with a one-time code leads to a password of one’s own @phone', async ({
  page,
  api,
  accessible,
}) => {
  const student = await newStudent(await api('head'), { password: undefined })
  await page.goto('/app/')
  await enter(page, student.email, student.code)
  await expect(page.getByRole('heading', { name: 'Choose your password' })).toBeVisible()
  await accessible()
  const choose = page.getByRole('button', { name: 'Change password' })
  await page.getByLabel('The one-time code that you just used').fill(student.code)
  await page.getByLabel('New password', { exact: true }).fill('welcome2026')
  await page.getByLabel('New password again').fill('welcome2027')
  await choose.click()
  await expect(page.getByText('This differs from the new password.')).toBeVisible()
  await page.getByLabel('New password again').fill('welcome2026')
  await choose.click()
  await expect(page.getByText(/most used/), 'the server says what is wrong with it, at its field').toBeVisible()
  await page.getByLabel('New password', { exact: true }).fill('rain on a tin roof')
  await page.getByLabel('New password again').fill('rain on a tin roof')
  await choose.click()
  await expect(page.getByRole('heading', { name: 'Drives', level: 1 })).toBeVisible()

  await leave(page)
  await enter(page, student.email, student.code)
  await expect(page.getByRole('alert'), 'the code has done its work').toContainText('wrong e-mail address or password')
  await enter(page, student.email, 'rain on a tin roof')
  await expect(page.getByRole('heading', { name: 'Drives', level: 1 })).toBeVisible()
})

test('the own profile: marks to read, phone and password to change @phone', async ({
  page,
  api,
  signIn,
  accessible,
}) => {
  const student = await newStudent(await api('head'))
  await signIn(student, '/account')
  await expect(page.getByRole('definition').filter({ hasText: '8.1' })).toBeVisible()
  await page.getByLabel('Phone').fill('+91 98450 12345')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Your contact data are saved.')).toBeVisible()
  await accessible()
  await page.reload()
  await expect(page.getByLabel('Phone')).toHaveValue('+91 98450 12345')

  const change = page.getByRole('button', { name: 'Change password' })
  await page.getByLabel('Present password').fill('not this one')
  await page.getByLabel('New password', { exact: true }).fill('rain on a tin roof')
  await page.getByLabel('New password again').fill('rain on a tin roof')
  await change.click()
  await expect(page.getByText('is not your present password')).toBeVisible()
  await page.getByLabel('Present password').fill(student.password)
  await change.click()
  await expect(page.getByText('The password is changed.')).toBeVisible()
  await leave(page)
  await enter(page, student.email, 'rain on a tin roof')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeHidden()
})

test('notifications lead to their drive, and are read then @phone', async ({ page, api, signIn, accessible }) => {
  const head = await api('head')
  const student = await newStudent(head)
  const [first, second] = [unique('Narmada Power'), unique('Luni Salt')]
  await openDrive(head, first)
  await openDrive(head, second)
  await signIn(student, '/notifications')
  await expect(page.getByText('2 unread', { exact: true })).toBeVisible()
  await accessible()
  await page.getByRole('button', { name: first }).click()
  await expect(page.getByRole('heading', { name: first, level: 1 })).toBeVisible()
  await page.goBack()
  await expect(page.getByText('1 unread', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await expect(page.getByText('0 unread', { exact: true })).toBeVisible()
})

test('a sign-in that has ended is renewed over the page', async ({ page, api, signIn, accessible }) => {
  const student = await newStudent(await api('head'))
  await signIn(student, '/account')
  await page.getByLabel('Phone').fill('+91 98450 54321')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Save' }).click()
  const again = page.getByRole('dialog', { name: 'Sign in' })
  await expect(again.getByLabel('E-mail address')).toHaveValue(student.email)
  await accessible()
  await again.getByLabel('Password or one-time code').fill(student.password)
  await again.getByRole('button', { name: 'Sign in' }).click()
  await expect(again).toBeHidden()
  await expect(page.getByLabel('Phone'), 'what was typed is still there').toHaveValue('+91 98450 54321')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Your contact data are saved.')).toBeVisible()
})

test('a sign-in that has ended is noticed by who comes back to the window, and what was typed is still there', async ({
  page,
  api,
  signIn,
}) => {
  const student = await newStudent(await api('head'))
  await page.clock.install()
  await signIn(student, '/account')
  await page.getByLabel('Phone').fill('+91 98450 11111')
  await page.context().clearCookies()
  await page.clock.fastForward('09:00:00')
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
  const again = page.getByRole('dialog', { name: 'Sign in' })
  await again.getByLabel('Password or one-time code').fill(student.password)
  await again.getByRole('button', { name: 'Sign in' }).click()
  await expect(again).toBeHidden()
  await expect(page.getByLabel('Phone')).toHaveValue('+91 98450 11111')
})

test('who signs out in one tab has signed out in all, and the next person begins at their own start', async ({
  page,
  signIn,
  api,
}) => {
  const student = await newStudent(await api('head'))
  await signIn('head', '/people')
  await expect(page.getByRole('row', { name: people.head })).toBeVisible()
  const other = await page.context().newPage()
  await other.goto('/app/analytics')
  await leave(other)
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()

  await enter(other, student.email, student.password)
  for (const tab of [other, page]) {
    await expect(tab).toHaveURL(/\/app\/open$/)
    await expect(tab.getByRole('link', { name: student.name })).toBeVisible()
  }
})

test('another person who signs in over a page finds nothing of the one before', async ({ page, signIn, api }) => {
  const head = await api('head')
  const [before, after] = [await newStudent(head), await newStudent(head)]
  await signIn(before, '/account')
  await page.getByLabel('Phone').fill('+91 98450 22222')
  await page.context().clearCookies()
  await page.getByRole('button', { name: 'Save' }).click()
  const again = page.getByRole('dialog', { name: 'Sign in' })
  await again.getByLabel('E-mail address').fill(after.email)
  await again.getByLabel('Password or one-time code').fill(after.password)
  await again.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: after.name })).toBeVisible()
  await expect(page.getByLabel('Phone')).not.toHaveValue('+91 98450 22222')
})
