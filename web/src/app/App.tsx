import { QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query'
import { Component, Fragment, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { Router, useLocation } from 'wouter'
import { onSignedOut } from '~/api/client'
import type { SessionBody } from '~/api/schema'
import { queryClient, sessionQuery } from '~/api/session'
import { Button } from '~/kit/Button'
import { Blank, Failed, Skeleton } from '~/kit/States'
import { Toasts } from '~/kit/toasts'
import { t } from '~/texts'
import { Routes } from './routes'
import { Shell } from './Shell'

const ChoosePassword = lazy(() => import('~/features/account/ChoosePassword'))
const SignIn = lazy(() => import('~/features/account/SignIn').then(({ SignIn }) => ({ default: SignIn })))
const SignInAgain = lazy(() => import('~/features/account/SignInAgain'))

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
          <Suspense fallback={<Skeleton lines={6} />}>
            <Routes />
          </Suspense>
        </Shell>
      )}
      {ended.is && (
        <Suspense>
          <SignInAgain email={session.user.email} onDone={ended.over} />
        </Suspense>
      )}
    </Fragment>
  )
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

/** Unbroken shows a way out when a screen throws, instead of nothing. */
class Unbroken extends Component<{ children: ReactNode }, { broken: boolean }> {
  state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  render() {
    if (!this.state.broken) return this.props.children
    return (
      <Blank
        title={t.common.crashedTitle}
        action={<Button onPress={() => location.reload()}>{t.common.reload}</Button>}
      >
        {t.common.crashedText}
      </Blank>
    )
  }
}
