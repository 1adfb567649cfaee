import { QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query'
import { Fragment, lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Router, useLocation } from 'wouter'
import { part } from '~/api/build'
import { onSignedOut } from '~/api/client'
import type { SessionBody } from '~/api/schema'
import { queryClient, sessionQuery } from '~/api/session'
import { Part } from '~/kit/Part'
import { Failed, Skeleton } from '~/kit/States'
import { Toasts } from '~/kit/toasts'
import { t } from '~/texts'
import { Routes } from './routes'
import { Shell } from './Shell'
import { Unbroken } from './Unbroken'

const ChoosePassword = lazy(part(() => import('~/features/account/ChoosePassword')))
const SignIn = lazy(part(() => import('~/features/account/SignIn').then(({ SignIn }) => ({ default: SignIn }))))
const loadSignInAgain = part(() => import('~/features/account/SignInAgain'), { keepsPage: true })
const SignInAgain = lazy(loadSignInAgain)

export function App() {
  return (
    <Unbroken>
      <QueryClientProvider client={queryClient}>
        <Router base="/app">
          <Session />
        </Router>
        <Toasts />
      </QueryClientProvider>
    </Unbroken>
  )
}

/** Session shows the sign-in to nobody, the choice of a password to who came with a code, and the console to everybody else. */
function Session() {
  const { data: session, error, refetch } = useQuery(sessionQuery)
  const ended = useEnded()
  const [path] = useLocation()
  useAhead(session?.user.role)
  useOwnStart(session)
  if (session === undefined) {
    return error ? <Failed error={error} onRetry={() => refetch()} /> : <Waiting />
  }
  if (session === null) {
    return (
      <Suspense fallback={<Waiting />}>
        <SignIn />
      </Suspense>
    )
  }
  return (
    // Another person gets nothing of what the one before has opened or typed.
    <Fragment key={session.user.user_id}>
      {session.user.must_change_password ? (
        <Suspense fallback={<Waiting />}>
          <ChoosePassword />
        </Suspense>
      ) : (
        <Shell>
          <Unbroken where={path}>
            <Suspense fallback={<Skeleton lines={6} />}>
              <Routes />
            </Suspense>
          </Unbroken>
        </Shell>
      )}
      {ended.is && (
        <Part>
          <SignInAgain email={session.user.email} onDone={ended.over} />
        </Part>
      )}
    </Fragment>
  )
}

/**
 * useAhead loads what has to be there when the sign-in of somebody ends in the midst of their work: by then the server may be
 * another, or not to be reached. A student types nothing, and is spared it.
 */
function useAhead(role: string | undefined) {
  useEffect(() => {
    if (role && role !== 'STUDENT') loadSignInAgain().catch(() => {})
  }, [role])
}

/** useOwnStart leaves the page of who has signed out: the next person begins at their own. */
function useOwnStart(session: SessionBody | null | undefined) {
  const before = useRef(session)
  const [, go] = useLocation()
  useEffect(() => {
    if (session === null && before.current) go('/', { replace: true })
    before.current = session
  }, [session, go])
}

/** useEnded notices that the server no longer takes this sign-in, while a screen is in use. */
function useEnded() {
  const [is, set] = useState(false)
  const queries = useQueryClient()
  // Who has signed out needs no telling: an answer to what was asked before may still come.
  useEffect(() => onSignedOut(() => set(!!queries.getQueryData(sessionQuery.queryKey))), [queries])
  const over = () => {
    set(false)
    queries.invalidateQueries()
  }
  return { is, over }
}

function Waiting() {
  return (
    <div className="waiting">
      <span className="spinner" role="status" aria-label={t.common.loading} />
    </div>
  )
}
