import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test, unzipped } from './crew'

async function downloaded(page: Page, name: string | RegExp): Promise<Buffer> {
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name }).first().click()
  return readFileSync(await (await downloading).path())
}

const textOf = (workbook: Buffer) => Object.values(unzipped(workbook)).join('\n')

test('finished drives are found by period, and downloaded @phone', async ({ signIn, day, api, accessible }) => {
  const { id, company, students } = await day(6)
  const head = await api('head')
  await head.post(`/attendance/${id}/mark`, { student_id: students[0]?.student_id, status: 'PRESENT' })
  await head.post(`/attendance/${id}/publish`)
  const page = await signIn('coordinator', '/finished')
  await expect(page.getByText(company)).toBeVisible()
  await accessible()

  const period = page.getByRole('button', { name: 'Period' })
  await period.click()
  await page.getByRole('option', { name: 'Last 3 months' }).click()
  await expect(page).toHaveURL(/months=3$/)
  await expect(page.getByText(company)).toBeVisible()
  expect(textOf(await downloaded(page, 'Download these drives as Excel'))).toContain(company)
  const pdf = await downloaded(page, 'Download these drives as PDF')
  expect(pdf.toString('latin1', 0, 5)).toBe('%PDF-')
  expect(pdf.toString('latin1').trimEnd()).toMatch(/%%EOF$/)
  const sheet = textOf(await downloaded(page, `Download the attendance of ${company}, Engineer, as Excel`))
  for (const { roll_number } of students) expect(sheet).toContain(roll_number)
  expect(sheet).toContain('ABSENT')

  await period.click()
  await page.getByRole('option', { name: 'Chosen days' }).click()
  await page.getByLabel('From', { exact: true }).fill('2020-01-01')
  await page.getByLabel('To, included').fill('2020-12-31')
  await expect(page.getByRole('heading', { name: 'No finished drive in this period' })).toBeVisible()
  await accessible()
  const empty = textOf(await downloaded(page, 'Download these drives as Excel'))
  expect(empty).not.toContain(company)
  await page.getByLabel('To, included').fill('2019-12-31')
  await expect(page.getByRole('alert')).toHaveText('The first day is after the last one.')
  await page.goBack()
  await page.getByRole('button', { name: 'Show all time' }).click()
  await expect(page.getByText(company)).toBeVisible()
})

test('staff see the drives and their summary, but no single sheets', async ({ signIn, accessible }) => {
  const page = await signIn('staff', '/finished?months=12')
  await expect(page.getByRole('grid', { name: 'Finished drives' })).toContainText('Konkan Shipyards')
  await expect(page.getByRole('link', { name: /Download the attendance of/ })).toHaveCount(0)
  await accessible()
  const [drive] = await page.getByRole('row', { name: /Konkan Shipyards/ }).all()
  await drive?.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/drives\/\d+$/)
})

test('a list that fails says so, and is tried again', async ({ signIn, page }) => {
  await page.route('**/api/finished-drives', (route) => route.fulfill({ status: 500, json: { detail: 'It broke.' } }))
  await signIn('head', '/finished')
  await expect(page.getByRole('alert')).toContainText('It broke.')
  await page.unroute('**/api/finished-drives')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('Konkan Shipyards')).toBeVisible()
})
