import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { api, data } from './client'
import { ApiError } from './problem'

export type Role = 'STUDENT' | 'STAFF' | 'COORDINATOR' | 'HEAD'

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

/** The session of this browser; null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    try {
      return await data(api.GET('/auth/session'))
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    }
  },
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
  const before = queryClient.getQueryData(sessionQuery.queryKey)
  // Somebody else's answers must not be shown, not even for a moment.
  if (before && before.user.user_id !== session.user.user_id) forget()
  queryClient.setQueryData(sessionQuery.queryKey, session)
  return session
}

export async function signOut() {
  await api.DELETE('/auth/session')
  await queryClient.cancelQueries()
  queryClient.setQueryData(sessionQuery.queryKey, null)
  forget()
}

/** forget drops all that was read, but for the session: the screen hangs on that query itself, and would not see another one. */
function forget() {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
  queryClient.getMutationCache().clear()
}
