import { useInfiniteQuery } from '@tanstack/react-query'
import { memo, type ReactNode, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import type { DriveBody } from '~/api/schema'
import { Badge } from '~/kit/Badge'
import { Button, LinkButton } from '~/kit/Button'
import { count } from '~/kit/format'
import { useInSteps } from '~/kit/InSteps'
import { Blank, Failed, Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { DriveCard } from './DriveCard'
import { columnQuery, type DriveState } from './queries'

const states: readonly DriveState[] = ['pending', 'posted', 'attending', 'finished', 'cancelled']
const first: DriveState = 'posted'

/** Board is all drives by state; on the phone one state at a time, which the address keeps. */
export function Board({ q }: { q: string }) {
  const [params, setParams] = useSearchParams()
  const here = states.find((state) => state === params.get('state')) ?? first
  const open = (state: DriveState) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        next.set('state', state)
        return next
      },
      { replace: true },
    )
  const isEmpty = useIsEmpty()
  const failed = useFailed(q)
  if (isEmpty && !q) return <NoDrives />
  if (failed) return <Failed error={failed.error} onRetry={failed.retry} />
  return (
    <>
      <fieldset className="state-switch" aria-label={t.drives.state}>
        {states.map((state) => (
          <StateButton key={state} state={state} q={q} isHere={state === here} onOpen={() => open(state)} />
        ))}
      </fieldset>
      <div className="board">
        {states.map((state) => (
          <Column key={state} state={state} q={q} isHere={state === here} />
        ))}
      </div>
    </>
  )
}

function NoDrives() {
  return (
    <Blank
      title={t.drives.noneYet}
      action={
        <LinkButton to="/drives/new" look="primary">
          {t.drives.newDrive}
        </LinkButton>
      }
    >
      {t.drives.noneYetText}
    </Blank>
  )
}

function useColumn(state: DriveState, q: string) {
  const query = useInfiniteQuery(columnQuery(state, q))
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.rows), [pages])
  return { query, rows, shown: pages && count(pages.at(-1)?.total) }
}

const useColumns = (q: string) => [
  useColumn('pending', q),
  useColumn('posted', q),
  useColumn('attending', q),
  useColumn('finished', q),
  useColumn('cancelled', q),
]

/** useIsEmpty knows of a new installation: nothing in any state, whatever is searched. */
function useIsEmpty() {
  return useColumns('').every(({ rows }) => rows?.length === 0)
}

/** useFailed knows of a server that gives no column at all: that is said once. */
function useFailed(q: string) {
  const columns = useColumns(q)
  const error = columns[0]?.query.error
  if (!error || columns.some(({ query }) => query.data || !query.error)) return null
  return { error, retry: () => Promise.all(columns.map(({ query }) => query.refetch())) }
}

interface Place {
  state: DriveState
  q: string
  isHere: boolean
}

function StateButton({ state, q, isHere, onOpen }: Place & { onOpen: () => void }) {
  const { shown } = useColumn(state, q)
  return (
    <button type="button" className="state-button" aria-pressed={isHere} onClick={onOpen}>
      {t.common.driveStatus[state]} <span className="num quiet">{shown ?? t.common.none}</span>
    </button>
  )
}

const Column = memo(function Column({ state, q, isHere }: Place) {
  const { query, rows, shown } = useColumn(state, q)
  return (
    <section className={isHere ? 'column here' : 'column'} aria-labelledby={`column-${state}`}>
      <header className="row between column-head">
        <h2 id={`column-${state}`}>{t.common.driveStatus[state]}</h2>
        <Badge>{shown ?? t.common.none}</Badge>
      </header>
      <Loaded query={{ ...query, data: rows }} skeleton={<Skeleton lines={3} height="7.75rem" />}>
        {(drives) =>
          drives.length === 0 ? (
            <p className="quiet small column-empty">{q ? t.drives.noneFound(q) : t.drives.columnEmpty[state]}</p>
          ) : (
            <Cards drives={drives}>
              {query.hasNextPage && (
                <Button look="plain" isPending={query.isFetchingNextPage} onPress={() => query.fetchNextPage()}>
                  {t.drives.older}
                </Button>
              )}
            </Cards>
          )
        }
      </Loaded>
    </section>
  )
})

/** Cards end with `children` when all of them are drawn. */
function Cards({ drives, children }: { drives: readonly DriveBody[]; children: ReactNode }) {
  const { drawn, end } = useInSteps(drives)
  return (
    <>
      <ul className="stack tight">
        {drawn.map((drive) => (
          <li key={drive.drive_id}>
            <DriveCard drive={drive} />
          </li>
        ))}
      </ul>
      {end ?? children}
    </>
  )
}
