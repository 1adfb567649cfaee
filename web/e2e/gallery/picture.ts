import { mkdirSync } from 'node:fs'
import type { Page, Route } from '@playwright/test'
import { test } from '../fixtures'

const folder = new URL('../../test-results/gallery/', import.meta.url).pathname

/** picture writes what is to be seen as test-results/gallery/NAME.SIZE.SCHEME.png, in light and in dark. */
export async function picture(page: Page, name: string) {
  mkdirSync(folder, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const path = `${folder}${name}.${test.info().project.name}.${colorScheme}.png`
    await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  }
}

/** quiet waits until the page has all that it asked for and nothing holds a place any more. */
export async function quiet(page: Page) {
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready)
}

/** states are what can become of a screen's data; whose session it is stays known in each. */
export const states: Record<string, (route: Route) => Promise<void>> = {
  full: (route) => route.continue(),
  loading: () => new Promise(() => undefined),
  failed: (route) => route.fulfill({ status: 500, json: { error: 'the database is not there' } }),
  empty: async (route) => {
    const answer = await route.fetch()
    const body = await answer.json().catch(() => null)
    if (!Array.isArray(body)) return route.fulfill({ response: answer })
    await route.fulfill({ status: 200, headers: { 'X-Total-Count': '0' }, json: [] })
  },
}

/** become puts a screen's data into a state. */
export async function become(page: Page, state: keyof typeof states) {
  const answer = states[state]
  if (!answer) throw new Error(`no state ${state}`)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.route(/\/api\/(?!auth\/session)/, (route) =>
    route.request().method() === 'GET' ? answer(route) : route.continue(),
  )
}
