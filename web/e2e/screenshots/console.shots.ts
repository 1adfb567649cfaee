import { mkdirSync, statSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'

const folder = new URL('../../../docs/screenshots/', import.meta.url).pathname
const largest = 200 * 1024

/** take writes a picture once nothing moves any more. */
async function take(page: Page, name: string) {
  await expect(page.getByRole('status', { name: 'Loading…' })).toHaveCount(0)
  await page.evaluate(() => document.fonts.ready)
  mkdirSync(folder, { recursive: true })
  const path = `${folder}${name}.png`
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  expect(statSync(path).size, `${name} is small enough for a page`).toBeLessThan(largest)
}

const phone = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true }
const desk = { viewport: { width: 1360, height: 850 } }

interface Drive {
  drive_id: number
  company_name: string
}

test.describe('on a phone', () => {
  test.use(phone)

  test('student', async ({ signIn, page }) => {
    await signIn('student', '/open')
    await page
      .getByRole('button', { name: /^Register for/ })
      .first()
      .click()
    await expect(page.getByText('Registered', { exact: true }).first()).toBeVisible()
    await page.reload()
    await expect(page.getByText('Registered', { exact: true }).first()).toBeVisible()
    await take(page, 'student-phone')
  })

  test('attendance', async ({ signIn, api, page }) => {
    const coordinator = await api('coordinator')
    const [day] = await coordinator.get<Drive[]>('/drives?status=attending')
    const list = await coordinator.get<{ student_id: number }[]>(`/attendance/${day?.drive_id}/list`)
    const marks = list
      .slice(0, Math.ceil(list.length / 2))
      .map(({ student_id }, n) => ({ student_id, status: n % 4 === 2 ? 'ABSENT' : 'PRESENT' }))
    await coordinator.post(`/attendance/${day?.drive_id}/mark-bulk`, { marks })
    await signIn('coordinator', `/drives/${day?.drive_id}/attendance`)
    await expect(page.getByText(`${marks.length} of ${list.length} marked`)).toBeVisible()
    await take(page, 'attendance-phone')
  })
})

test.describe('at a desk', () => {
  test.use(desk)

  test('board', async ({ signIn, page }) => {
    await signIn('coordinator', '/drives')
    await expect(page.getByText('Konkan Shipyards')).toBeVisible()
    await take(page, 'board')
  })

  test('a new drive, with what its criteria cost', async ({ signIn, page }) => {
    await signIn('coordinator', '/drives/new')
    await page.getByRole('textbox', { name: 'Company' }).fill('Sahyadri Robotics')
    await page.getByRole('textbox', { name: 'Job title' }).fill('Control Engineer')
    await page.getByRole('textbox', { name: 'Location' }).fill('Pune')
    await page.getByRole('textbox', { name: 'Minimum CGPA' }).fill('7')
    await page.getByRole('textbox', { name: 'Active backlogs at most' }).fill('0')
    const preview = page.getByRole('complementary', { name: 'Who is eligible' })
    await expect(preview).toContainText('CGPA')
    await expect(preview.getByText('Active backlogs')).toBeVisible()
    await page.getByRole('textbox', { name: 'Minimum CGPA' }).scrollIntoViewIfNeeded()
    await take(page, 'create')
  })

  test('choosing by hand', async ({ signIn, api, page }) => {
    const { drive_id } = await (await api('coordinator')).post<Drive>('/drives', {
      company_name: 'Sahyadri Robotics',
      job_title: 'Control Engineer',
      min_cgpa: 6,
    })
    await signIn('coordinator', `/drives/${drive_id}/students`)
    const rows = page.getByRole('row')
    for (const row of [1, 2, 4, 5, 8]) await rows.nth(row).getByRole('checkbox').click()
    await expect(page.getByText('5 chosen', { exact: true })).toBeVisible()
    await take(page, 'hand-pick')
  })

  test.describe('in the dark', () => {
    test.use({ colorScheme: 'dark' })

    test('analytics', async ({ signIn, api, page }) => {
      const { job_id } = await (await api('head')).post<{ job_id: number }>('/analytics/refresh')
      await (await api('head')).finished(job_id)
      await signIn('head', '/analytics')
      await expect(page.getByRole('region', { name: 'By branch' })).toBeVisible()
      await expect(page.getByRole('region', { name: 'By branch' }).locator('svg').first()).toBeVisible()
      await take(page, 'analytics-dark')
    })
  })
})
