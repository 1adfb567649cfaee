import createClient, { type Middleware } from 'openapi-fetch'
import { takeEarly } from '~/early'
import { ApiError } from './problem'
import type { paths } from './schema'

export const base = '/api'

/** Those who want to know that the session has ended; the sign-in is shown over the page, so nothing typed is lost. */
const signedOut = new Set<() => void>()

export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

/** sessionEnded is for who calls the server by other means than `api`. */
export function sessionEnded() {
  for (const listener of signedOut) listener()
}

const refusals: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return
    if (response.status === 401 && schemaPath !== '/auth/session') sessionEnded()
    throw await errorOf(response)
  },
  onError() {
    return new ApiError(0, {})
  },
}

export async function errorOf(response: Response): Promise<ApiError> {
  const problem = await response.json().catch(() => ({}))
  const retryAfter = Number(response.headers.get('Retry-After'))
  return new ApiError(response.status, problem, retryAfter > 0 ? retryAfter : null)
}

/**
 * api calls the server by the routes of its own description: a route or field that changes there breaks the build here.
 * The browser's cookie says who calls. Refusals are thrown as ApiError, so `data` is there when it returns.
 */
export const api = createClient<paths>({
  baseUrl: base,
  credentials: 'same-origin',
  fetch: (request) =>
    (request.method === 'GET' && takeEarly(request.url.replace(location.origin, ''))) || fetch(request),
})
api.use(refusals)

/** data unwraps an answer: `await data(api.GET('/me'))`. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

/** page unwraps a page of a list: its rows, how many there are in all (where the server says), and the cursor of the next. */
export async function page<T>(answer: Promise<{ data?: T[]; response: Response }>): Promise<Page<T>> {
  const { data: rows, response } = await answer
  const total = response.headers.get('X-Total-Count')
  return {
    rows: rows ?? [],
    total: total === null ? null : Number(total),
    next: nextCursor(response.headers.get('Link')),
  }
}

export interface Page<T> {
  rows: T[]
  total: number | null
  next: string | null
}

/** nextCursor reads `Link: <…?cursor=…>; rel="next"`. */
export function nextCursor(link: string | null): string | null {
  const address = link?.match(/<([^>]+)>;\s*rel="next"/)?.[1]
  return address ? new URL(address, location.origin).searchParams.get('cursor') : null
}
