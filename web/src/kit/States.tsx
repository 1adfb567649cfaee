import type { FetchStatus } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError, messageOf } from '~/api/problem'
import { t } from '~/texts'
import { Button } from './Button'

/** Skeleton holds the place of what is loading, so that nothing moves when it comes. */
export function Skeleton({ lines = 3, height = '1.25rem' }: { lines?: number; height?: string }) {
  return (
    <div className="stack tight" role="status" aria-label={t.common.loading}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={line} className="skeleton" style={{ height }} />
      ))}
    </div>
  )
}

/** Blank is what an empty screen says: what will be here, and what to do for it. */
export function Blank({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="blank">
      {icon}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

/** Failed says why something could not be loaded, and lets try again. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  return (
    <div className="blank" role="alert">
      <CircleAlert size={28} aria-hidden="true" />
      <h2>{t.common.failedTitle}</h2>
      <p>{messageOf(error)}</p>
      {onRetry && <Button onPress={onRetry}>{t.common.retry}</Button>}
    </div>
  )
}

/** Loaded shows a query's data, and until they are there, or when they fail, the same everywhere. */
export function Loaded<T>({
  query,
  skeleton,
  children,
}: {
  /** A query, or what was made of one (`{ ...query, data: rows }`). */
  query: { data: T | undefined; error: unknown; refetch: () => unknown; fetchStatus?: FetchStatus }
  skeleton?: ReactNode
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  // Without a network nothing is asked, and so nothing fails: this waits until there is one, and says so.
  if (query.fetchStatus === 'paused') return <Failed error={new ApiError(0, {})} onRetry={() => query.refetch()} />
  if (query.error) return <Failed error={query.error} onRetry={() => query.refetch()} />
  return <>{skeleton ?? <Skeleton />}</>
}
