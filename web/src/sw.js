// The service worker lets the console be opened without the network: its page and what that loads, never the API's answers.
// `build` and `files` are filled in by the build (vite.config.ts); it is registered for those who mark attendance.
const build = '__BUILD__'
const files = '__FILES__'

const page = '/app/'
const prefix = 'placeops-'
const name = prefix + build
const patience = 3000

self.addEventListener('install', (event) => {
  event.waitUntil(install())
})

async function install() {
  const cache = await caches.open(name)
  // What has its content in its name may come from the browser's own cache; the page may not.
  await Promise.all([
    cache.add(new Request(page, { cache: 'reload' })),
    cache.addAll(
      files.map((file) => new Request(page + file, { cache: file.startsWith('assets/') ? 'default' : 'reload' })),
    ),
  ])
  await self.skipWaiting()
}

self.addEventListener('activate', (event) => {
  event.waitUntil(activate())
})

/** The build before this one stays: tabs that are open with it may still load parts of it. Older ones go. */
async function activate() {
  const before = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name)
  await Promise.all(before.slice(0, -1).map((key) => caches.delete(key)))
  await self.clients.claim()
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin || !address.pathname.startsWith(page)) return
  if (request.mode === 'navigate') event.respondWith(navigate(request))
  else event.respondWith(asset(request))
})

/** The server's page first, so that a new placeops shows at once; the kept one when it does not answer soon. */
async function navigate(request) {
  const fresh = fetch(request)
  const late = new Promise((_, failed) => setTimeout(failed, patience))
  try {
    const answer = await Promise.race([fresh, late])
    if (answer.status < 500) return answer
  } catch {
    // Slow or gone.
  }
  const kept = await (await caches.open(name)).match(page)
  return kept ?? fresh
}

async function asset(request) {
  const kept = (await (await caches.open(name)).match(request)) ?? (await caches.match(request))
  return kept ?? fetch(request)
}
