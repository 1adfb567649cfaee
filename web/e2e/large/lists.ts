import type { Page } from '@playwright/test'
import { expect } from '../fixtures'
import type { Meter } from './meter'

const listOf = (page: Page) => page.getByRole('grid')
export const rowsOf = (page: Page) => listOf(page).getByRole('row')

/** there waits until the rows asked for are there, not those that hold their place. */
export const there = (page: Page) =>
  page.locator('[role="grid"][aria-busy="false"] [data-index="4"]').waitFor({ state: 'attached' })

/** reads waits until the text of an element begins so. It looks at each frame, and by a selector: to look for roles or texts while a page is made costs as much as a part of it. */
export const reads = (page: Page, selector: string, text: string) =>
  page.waitForFunction(([selector, text]) => document.querySelector(selector)?.textContent?.startsWith(text), [
    selector,
    text,
  ] as const)

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
    await rowsOf(page).nth(1).filter({ hasText: '9.99' }).waitFor()
  })
}

/** searched types a part of a roll number or an address, and takes it out again. */
export async function searched(page: Page, meter: Meter, where: string, text: string, found: RegExp, all: RegExp) {
  await meter.types(`${where}, filter`, page.getByRole('searchbox'), text, async () => {
    await page.getByText(found).waitFor()
    await there(page)
  })
  await page.getByRole('searchbox').fill('')
  await page.getByText(all).waitFor()
  await there(page)
}

/** scrolled goes about in a list of which so many rows are loaded. */
export async function scrolled(page: Page, meter: Meter, where: string, rows: number) {
  await toTheEnd(page, rows)
  await meter.costs(`${where}, scroll with ${rows} rows loaded`, async () => {
    for (const key of ['PageUp', 'PageUp', 'PageUp', 'End', 'Home']) await page.keyboard.press(key)
    await expect(rowsOf(page).nth(1)).toBeFocused()
    await listOf(page).evaluate((list, top) => list.scrollTo({ top }), rows * 30)
    await page.locator(':focus').waitFor()
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
