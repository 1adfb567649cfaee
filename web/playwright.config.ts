import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

/** The browser of the machine: Debian's by its name, or the one that PLACEOPS_CHROMIUM names. */
const chromium =
  process.env.PLACEOPS_CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
if (!chromium)
  throw new Error('no Chromium: install it (Debian: apt-get install chromium) or name it in PLACEOPS_CHROMIUM')

/** sandbox tells whether Chromium can shut itself in: not as root, nor where an ordinary user may make no namespaces. */
function sandbox() {
  if (process.getuid?.() === 0) return false
  const made = spawnSync('unshare', ['--user', '--map-root-user', 'true'])
  if (made.status === 0) return true
  // Said once, and not again by each worker.
  if (!process.env.TEST_WORKER_INDEX)
    console.log('Chromium runs without its sandbox: an ordinary user may make no user namespaces here')
  return false
}

const browser = {
  locale: 'en-IN',
  // The office is in Kolkata (PLACEOPS_TZ's default); whoever reads elsewhere must see its times.
  timezoneId: 'America/New_York',
  launchOptions: { executablePath: chromium, chromiumSandbox: sandbox() },
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
