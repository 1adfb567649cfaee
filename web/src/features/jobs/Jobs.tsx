import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Job } from '~/api/jobs'
import { useSession } from '~/api/session'
import { Button, DownloadButton } from '~/kit/Button'
import { count } from '~/kit/format'
import { Page } from '~/kit/Page'
import { Select } from '~/kit/Select'
import { Blank, Failed, Skeleton } from '~/kit/States'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { JobEntry } from './JobEntry'
import { MoveJob, type Moving } from './MoveJob'
import { jobCountsQuery, jobsQuery, kinds, states } from './queries'
import './jobs.css'

export default function Jobs() {
  const { role } = useSession()
  return (
    <Page
      title={t.jobs.title}
      lead={t.jobs.lead}
      actions={
        role === 'HEAD' && (
          <DownloadButton href="/admin/river/" newTab>
            {t.jobs.river}
          </DownloadButton>
        )
      }
    >
      <Counts />
      <List />
    </Page>
  )
}

/** Counts are also the filter by state; pressed again it goes away. */
function Counts() {
  const { data: counts } = useQuery(jobCountsQuery)
  const { get, set } = useUrlState()
  return (
    <fieldset className="job-counts">
      <legend className="sr-only">{t.jobs.counts}</legend>
      {states.map((state) => {
        const isOn = get('state') === state
        return (
          <button
            key={state}
            type="button"
            className="job-count"
            aria-pressed={isOn}
            onClick={() => set({ state: isOn ? null : state })}
          >
            <span>{t.common.jobState[state]}</span>
            <strong className="num">{counts ? count(counts[state]) : t.common.none}</strong>
          </button>
        )
      })}
    </fieldset>
  )
}

function List() {
  const { get, set } = useUrlState()
  const [moving, setMoving] = useState<Moving | null>(null)
  const kind = get('kind')
  const query = useInfiniteQuery(
    jobsQuery({ state: states.find((s) => s === get('state')), ...(kind ? { kind } : {}) }),
  )
  return (
    <>
      <div className="filters">
        <Select
          label={t.jobs.kind}
          hideLabel
          value={kind}
          options={[{ id: '', text: t.jobs.allKinds }, ...kinds.map((id) => ({ id, text: t.jobs.kinds[id] ?? id }))]}
          onChange={(kind) => set({ kind })}
        />
      </div>
      <Found query={query} onMove={setMoving} onClear={() => set({ state: null, kind: null })} />
      {query.hasNextPage && (
        <div className="actions start">
          <Button isPending={query.isFetchingNextPage} onPress={() => query.fetchNextPage()}>
            {t.common.more}
          </Button>
        </div>
      )}
      <MoveJob moving={moving} onClose={() => setMoving(null)} />
    </>
  )
}

function Found({
  query,
  onMove,
  onClear,
}: {
  query: ReturnType<typeof useInfiniteQuery<{ rows: Job[] }, Error, { pages: { rows: Job[] }[] }>>
  onMove: (moving: Moving) => void
  onClear: () => void
}) {
  if (query.error && !query.data) return <Failed error={query.error} onRetry={() => query.refetch()} />
  if (!query.data) return <Skeleton lines={8} height="3.25rem" />
  const jobs = query.data.pages.flatMap((page) => page.rows)
  if (jobs.length === 0) {
    return (
      <Blank title={t.jobs.none} action={<Button onPress={onClear}>{t.jobs.clear}</Button>}>
        {t.jobs.noneText}
      </Blank>
    )
  }
  return (
    <ul className="job-list" aria-label={t.jobs.title}>
      {jobs.map((job) => (
        <JobEntry key={job.id} job={job} onMove={onMove} />
      ))}
    </ul>
  )
}
