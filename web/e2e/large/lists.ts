import type { Page } from '@playwright/test'
import { expect } from '../fixtures'
import type { Meter } from './meter'

const listOf = (page: Page) => page.getByRole('grid')
export const rowsOf = (page: Page) => listOf(page).getByRole('row')

/** there waits until the rows asked for are there, not those that hold their place. */
export async function there(page: Page) {
  await expect(listOf(page)).toHaveAttribute('aria-busy', 'false')
  await expect(rowsOf(page).nth(5)).toBeVisible()
}

const focused = (page: Page) => page.evaluate(() => Number(document.activeElement?.ariaRowIndex ?? 0))

/** toTheEnd goes to the last row there is so far, again and again, until so many are loaded. */
async function toTheEnd(page: Page, rows: number) {
  await rowsOf(page).nth(1).focus()
  await expect(async () => {
    await page.keyboard.press('End')
    expect(await focused(page)).toBeGreaterThan(rows)
  }).toPass({ intervals: [50] })
}

/** sorted brings the best marks to the top. */
export async function sorted(page: Page, meter: Meter, where: string) {
  await meter.costs(`${where}, sort`, async () => {
    await page.getByRole('button', { name: 'CGPA' }).click()
    await expect(rowsOf(page).nth(1)).toContainText('9.99')
  })
}

/** searched types a part of a roll number or an address, and takes it out again. */
export async function searched(page: Page, meter: Meter, where: string, text: string, found: RegExp, all: RegExp) {
  await meter.types(`${where}, filter`, page.getByRole('searchbox'), text, async () => {
    await expect(page.getByText(found)).toBeVisible()
    await there(page)
  })
  await page.getByRole('searchbox').fill('')
  await expect(page.getByText(all)).toBeVisible()
  await there(page)
}

/** scrolled goes about in a list of which so many rows are loaded. */
export async function scrolled(page: Page, meter: Meter, where: string, rows: number) {
  await toTheEnd(page, rows)
  await meter.costs(`${where}, scroll with ${rows} rows loaded`, async () => {
    for (const key of ['PageUp', 'PageUp', 'PageUp', 'End', 'Home']) await page.keyboard.press(key)
    await expect(rowsOf(page).nth(1)).toBeFocused()
    await listOf(page).evaluate((list, top) => list.scrollTo({ top }), rows * 30)
    await expect(page.locator(':focus')).toBeVisible()
    await expect.poll(() => drawnAt(page)).toBeGreaterThan(rows / 2)
  })
}

/** drawnAt is the row in the middle of the list's window. */
const drawnAt = (page: Page) =>
  listOf(page).evaluate((list) => {
    const { left, top, width, height } = list.getBoundingClientRect()
    const at = document.elementFromPoint(left + width / 2, top + height / 2)
    return Number(at?.closest('[role=row]')?.ariaRowIndex ?? 0)
  })
