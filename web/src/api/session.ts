import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { api, data, sessionEnded } from './client'
import { removeDraftsOf } from './drafts'
import { ApiError } from './problem'
import type { SessionBody } from './schema'
import { dropUnsaved } from './unsaved'

export type Role = 'STUDENT' | 'STAFF' | 'COORDINATOR' | 'HEAD'

/** Set in localStorage while this browser keeps something for use without the network: without it, nothing is loaded to look. */
export const keptFlag = 'placeops-kept'

const keepsAnything = () => localStorage.getItem(keptFlag) !== null
const kept = () => import('./kept')

/** Those who mark attendance go on without the network; nobody else's browser keeps anything. */
export const worksOffline = (role: string) => role === 'COORDINATOR' || role === 'HEAD'

async function remember(session: SessionBody) {
  if (worksOffline(session.user.role)) await (await kept()).keepSession(session)
  else await forget()
}

async function forget() {
  if (keepsAnything()) await (await kept()).forget()
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A refusal stays one; only what may pass by itself is tried again.
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.isOffline || error.status === 503),
    },
    mutations: { networkMode: 'always' },
  },
})

const tired = (after: number) => new Promise<never>((_, failed) => setTimeout(() => failed(new ApiError(0, {})), after))

const sessionKey = ['session']
const known = () => queryClient.getQueryData<SessionBody | null>(sessionKey)

/** The session of this browser; null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: async ({ signal }) => {
    try {
      const asking = data(api.GET('/auth/session'))
      // Who can go on without the network does not wait long for it.
      const session = await (keepsAnything() ? Promise.race([asking, tired(8_000)]) : asking)
      // Who has signed out meanwhile is not remembered.
      if (signal.aborted) return session
      makeRoomFor(session)
      remember(session)
      return session
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 401) {
        const atWork = known()
        if (atWork) {
          sessionEnded() // the sign-in comes over the page, which stays as it is
          return atWork
        }
        await forget()
        return null
      }
      const before = error.isOffline && keepsAnything() ? await (await kept()).keptSession() : null
      if (before) return before
      throw error
    }
  },
  // Also without the network: then it is what is kept.
  networkMode: 'always',
  staleTime: 60_000,
})

/** useSession is for screens behind the sign-in: there is somebody. */
export function useSession() {
  const { data: session } = useQuery(sessionQuery)
  if (!session) throw new Error('useSession is for screens behind the sign-in')
  return { ...session, role: session.user.role as Role }
}

export async function signIn(email: string, password: string) {
  const session = await data(api.POST('/auth/session', { body: { email, password } }))
  become(session)
  remember(session)
  tabs.postMessage(signedIn)
  return session
}

export async function signOut() {
  await api.DELETE('/auth/session')
  const before = queryClient.getQueryData(sessionQuery.queryKey)
  if (before) removeDraftsOf(before.user.user_id)
  await queryClient.cancelQueries()
  become(null)
  tabs.postMessage(signedOut)
  await forget()
}

function become(session: SessionBody | null) {
  makeRoomFor(session)
  queryClient.setQueryData(sessionQuery.queryKey, session)
}

/** Somebody else's answers must not be shown, not even for a moment. */
function makeRoomFor(session: SessionBody | null) {
  if (known()?.user.user_id === session?.user.user_id) return
  dropUnsaved()
  // Not clear(): what shows the session has to hear of the new one.
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
  queryClient.getMutationCache().clear()
}

/** All tabs of a browser have one cookie, so they have one person. */
const signedIn = 'in'
const signedOut = 'out'
const tabs = new BroadcastChannel('placeops-session')
tabs.onmessage = ({ data: said }: MessageEvent<string>) => {
  if (said === signedOut) become(null)
  else queryClient.invalidateQueries({ queryKey: sessionKey })
}
