import { expect, password, people, test } from './fixtures'

test('signing in, and out again @phone', async ({ page, accessible }) => {
  await page.goto('/')
  await expect(page).toHaveURL(/\/app\/$/)
  await accessible()
  await page.getByLabel('E-mail address').fill(people.coordinator)
  await page.getByLabel('Password or one-time code').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('wrong e-mail address or password')

  await page.getByLabel('Password or one-time code').fill(password)
  await page.getByLabel('Password or one-time code').press('Enter')
  await expect(page.getByRole('heading', { name: 'Drives' })).toBeVisible()
  expect(await page.evaluate(() => document.cookie), 'no script can read the session').toBe('')
})
