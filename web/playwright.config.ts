import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

/** The browser of the machine: Debian's by its name, or the one that PLACEOPS_CHROMIUM names. */
const chromium =
  process.env.PLACEOPS_CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
if (!chromium)
  throw new Error('no Chromium: install it (Debian: apt-get install chromium) or name it in PLACEOPS_CHROMIUM')

const browser = {
  locale: 'en-IN',
  // The office is in Kolkata (PLACEOPS_TZ's default); whoever reads elsewhere must see its times.
  timezoneId: 'America/New_York',
  launchOptions: { executablePath: chromium, chromiumSandbox: process.getuid?.() !== 0 },
}

const traces = ['on', 'off', 'retain-on-failure'] as const

function trace() {
  const wanted = process.env.PLACEOPS_TRACE || 'off'
  const known = traces.find((mode) => mode === wanted)
  if (!known) throw new Error(`PLACEOPS_TRACE is ${wanted}; it can be ${traces.join(', ')}`)
  return known
}

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  reporter: process.env.CI ? 'line' : 'list',
  timeout: 45_000,
  expect: { timeout: 10_000 },
  // A test that speaks of working without the network lets the service worker in.
  // Traces take a third of the time of all tests: `make console-test TRACE=retain-on-failure` (or on) writes them.
  use: { trace: trace(), screenshot: 'only-on-failure', serviceWorkers: 'block' },
  projects: [
    { name: 'desktop', grepInvert: /@phone-only/, use: { ...browser, viewport: { width: 1360, height: 850 } } },
    {
      name: 'phone',
      grep: /@phone/,
      use: { ...browser, viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
    },
  ],
})
