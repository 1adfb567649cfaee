import { type APIRequestContext, test as base, expect, type Page, type WorkerFixture } from '@playwright/test'
import axe from 'axe-core'
import { Server } from './server'

export { expect }

export const password = 'try-placeops-2026'

/** The people of the demo college. */
export const people = {
  student: 'student@demo.example',
  staff: 'staff@demo.example',
  coordinator: 'coordinator@demo.example',
  head: 'head@demo.example',
} as const

type Person = keyof typeof people

interface Fixtures {
  /** signIn opens the console as one of the demo's people, at a path below /app; by the API's cookie, without the form. */
  signIn: (who: Person | { email: string; password: string }, path?: string) => Promise<Page>
  /** api calls the server as somebody, by Bearer, for what a test needs beside its subject. */
  api: (who: Person | { email: string; password: string }) => Promise<Api>
  /** accessible fails on each serious or critical finding of axe on the page as it is. */
  accessible: () => Promise<void>
}

/**
 * college is a server with a demo college, a real one: another one for each call. Files that extend their test by it have it to
 * themselves: those whose drives would stand in the way of others, or that must find theirs among few.
 */
export const college = (): [WorkerFixture<Server, object>, { scope: 'worker'; timeout: number }] => [
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  async ({}, use) => {
    const server = await Server.start()
    await use(server)
    await server.stop()
  },
  { scope: 'worker', timeout: 90_000 },
]

/** Every test runs against the server of its worker. A test that changes a drive creates its own. */
export const test = base.extend<Fixtures, { server: Server }>({
  server: college(),
  baseURL: async ({ server }, use) => use(server.url),
  page: async ({ page }, use) => {
    const broken = faultsOf(page)
    await use(page)
    expect(broken, 'errors in the browser').toEqual([])
  },
  signIn: async ({ page, server }, use) => {
    await use(async (who, path = '/') => {
      const answer = await page.request.post('/api/auth/session', {
        data: credentials(who),
        headers: { Origin: server.url },
      })
      expect(answer.status()).toBe(200)
      await page.goto(`/app${path}`)
      return page
    })
  },
  api: async ({ playwright, server }, use) => {
    const open: APIRequestContext[] = []
    await use(async (who) => {
      const context = await playwright.request.newContext({ baseURL: server.url })
      open.push(context)
      const answer = await context.post('/auth/login', { data: credentials(who) })
      expect(answer.status()).toBe(200)
      const { token } = await answer.json()
      return new Api(context, token)
    })
    for (const context of open) await context.dispose()
  },
  accessible: async ({ page }, use) => {
    await use(async () => {
      if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
      expect(await page.evaluate(seriousFindings)).toEqual([])
    })
  },
})

/** seriousFindings runs in the page, and brings only what is wrong out of it: the whole report takes longer than the looking. */
async function seriousFindings() {
  // What fades is looked at when it has faded.
  const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
  await Promise.allSettled(fading.map(({ finished }) => finished))
  const { axe } = window as unknown as { axe: typeof import('axe-core') }
  // What react-aria reads out stands there for some seconds, and may speak of what has gone meanwhile.
  const { violations } = await axe.run({ resultTypes: ['violations'] })
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html }) => html) }))
}

/** faultsOf collects what must never happen in a page: an error of its scripts, and what its policy has refused. */
export function faultsOf(page: Page): string[] {
  const broken: string[] = []
  page.on('pageerror', (error) => broken.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Minified React|Uncaught/.test(message.text()))
      broken.push(message.text())
  })
  return broken
}

function credentials(who: Person | { email: string; password: string }) {
  return typeof who === 'string' ? { email: people[who], password } : who
}

/** Api is the server's API as one person. */
export class Api {
  constructor(
    private readonly context: APIRequestContext,
    private readonly token: string,
  ) {}

  async call<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.context.fetch(path, {
      method,
      headers: { Authorization: `Bearer ${this.token}` },
      ...(body === undefined ? {} : { data: body }),
    })
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return (answer.status() === 204 ? undefined : await answer.json()) as T
  }

  get<T>(path: string) {
    return this.call<T>('GET', path)
  }

  post<T>(path: string, body: unknown = {}) {
    return this.call<T>('POST', path, body)
  }

  /** postForm sends a form, as a browser does that has a file to send. */
  async postForm<T>(
    path: string,
    multipart: Record<string, string | { name: string; mimeType: string; buffer: Buffer }>,
  ) {
    const headers = { Authorization: `Bearer ${this.token}` }
    const answer = await this.context.post(path, { headers, multipart })
    if (!answer.ok()) throw new Error(`POST ${path}: ${answer.status()} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** publish opens a drive and waits until its job has selected the students. */
  async publish(driveId: number, selected: number[] = []): Promise<void> {
    const { job_id } = await this.post<{ job_id: number }>(`/drives/${driveId}/publish`, {
      selected_students: selected,
    })
    await this.finished(job_id)
  }

  /** finished waits for a job to be final, by the server's own events. */
  async finished(jobId: number): Promise<void> {
    const answer = await this.context.get(`/jobs/${jobId}/events`, {
      headers: { Authorization: `Bearer ${this.token}` },
    })
    expect(await answer.text()).toContain('"completed"')
  }
}
