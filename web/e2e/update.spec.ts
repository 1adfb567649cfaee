import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { menu } from './pages'

let last = 0
/** A name that no other test uses. */
const fresh = (what: string) => `${what}${process.pid}x${++last}`

/**
 * updated makes the open page one of a former console, as when placeops was replaced under it: what it has not loaded yet is
 * gone from the server, and the server's page names other files. A load of the page is one of the new console, unless it stays
 * `broken`. It answers how often the page was loaded since.
 */
async function updated(page: Page, broken = false) {
  let isFormer = true
  let loads = 0
  await page.route('**/app/**', async (route) => {
    const request = route.request()
    const isLoad = request.resourceType() === 'document'
    if (isLoad) {
      loads++
      isFormer = false
    }
    if (request.url().endsWith('/app/?now') && (isFormer || broken)) {
      const answer = await route.fetch()
      const body = (await answer.text()).replaceAll('/assets/index-', '/assets/index-new')
      return route.fulfill({ response: answer, body })
    }
    const isGone = isFormer
      ? request.url().includes('/app/assets/')
      : broken && request.url().includes('/assets/People-')
    return isGone ? route.fulfill({ status: 404, body: '' }) : route.continue()
  })
  return () => loads
}

const told = (page: Page) => page.getByRole('heading', { name: 'placeOps was updated' })

test('a page of a former console goes on as the new one, loaded once @phone', async ({ signIn }) => {
  const page = await signIn('head', '/drives')
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  const loads = await updated(page)
  await menu(page, 'People')
  await expect(page.getByRole('heading', { name: 'People', exact: true })).toBeVisible()
  await expect(page).toHaveURL(/\/app\/people$/)
  expect(loads()).toBe(1)
})

test('what is not saved is not lost to a new console', async ({ signIn, accessible }) => {
  const page = await signIn('head', '/import')
  const roll = fresh('UPD')
  await page.getByLabel('Choose a sheet (.csv or .xlsx)').setInputFiles({
    name: 'students.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`Roll No,Name,Email\n${roll},Student,${roll.toLowerCase()}@update.example`),
  })
  await page.getByRole('button', { name: 'Import for real…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await page.getByRole('button', { name: 'Fetch the codes' }).click()
  await expect(page.getByText('1 code is here')).toBeVisible()
  const loads = await updated(page)
  await menu(page, 'People')
  await expect(told(page)).toBeVisible()
  await expect(page.getByText('1 one-time code of an import is in this window only')).toBeVisible()
  await accessible()
  await page.goBack()
  await expect(page.getByText('1 code is here')).toBeVisible()
  expect(loads()).toBe(0)

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  await saving
  await menu(page, 'People')
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect(page.getByRole('heading', { name: 'People', exact: true })).toBeVisible()
  expect(loads()).toBe(1)
})

test('a part that stays away is not waited for by loading the page for ever', async ({ signIn }) => {
  const page = await signIn('head', '/drives')
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  const loads = await updated(page, true)
  await menu(page, 'People')
  await expect(told(page)).toBeVisible()
  expect(loads()).toBe(1)
  await menu(page, 'Drives')
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
})

test('a console that does not come at all leaves no blank page', async ({ signIn, page }) => {
  await page.route('**/app/assets/**', (route) => route.fulfill({ status: 404, body: '' }))
  await signIn('staff')
  await expect(page.getByText('placeOps is not loaded yet.')).toBeVisible()
  await page.unroute('**/app/assets/**')
  await page.getByRole('link', { name: 'load the page again' }).click()
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
})

test('without a network a page that is not loaded yet says so, and the others go on', async ({ signIn, context }) => {
  const page = await signIn('head', '/drives')
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  await context.setOffline(true)
  await menu(page, 'People')
  await expect(page.getByRole('alert')).toContainText('The server cannot be reached')
  await menu(page, 'Drives')
  await expect(page.getByRole('heading', { name: 'Drives', exact: true })).toBeVisible()
  await menu(page, 'People')
  await context.setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'People', exact: true })).toBeVisible()
})

test('a sign-in that ends in a page of a former console is made anew on top of it', async ({ signIn, context }) => {
  const page = await signIn('coordinator', '/account')
  await page.waitForResponse(/\/app\/assets\/SignInAgain-/)
  await page.getByRole('link', { name: 'Drives', exact: true }).click()
  await page.getByRole('link', { name: 'New drive' }).click()
  await page.getByLabel('Company').fill('Half a Drive')
  await updated(page)
  await context.clearCookies()
  await page.getByLabel('Minimum CGPA', { exact: true }).fill('7')
  await expect(page.getByRole('dialog')).toContainText('Your sign-in has ended')
  await expect(page.getByLabel('Company')).toHaveValue('Half a Drive')
})
