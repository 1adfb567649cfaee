import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import { isFinal, type Job } from '~/api/jobs'

export const states = [
  'running',
  'available',
  'scheduled',
  'retryable',
  'completed',
  'cancelled',
  'discarded',
] as const satisfies readonly Job['state'][]

/** kinds, what people ask for first. */
export const kinds = [
  'auto-publish',
  'eligibility-filter',
  'close-registrations',
  'import-students',
  'export-registrations-csv',
  'refresh-materialized-views',
  'send-email',
  'sweep-exports',
  'anchor-audit',
  'backup',
  'base-backup',
] as const

const whileWorking = 1_500
const atRest = 10_000

/** jobsQuery looks often while something moves: one request for all of a page, where events would be one connection a job. */
export const jobsQuery = (filter: { state?: Job['state']; kind?: string }) =>
  infiniteQueryOptions({
    queryKey: ['jobs', filter],
    queryFn: ({ pageParam }) =>
      page(api.GET('/jobs', { params: { query: { ...filter, limit: 30, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ rows }) => rows.some((job) => !isFinal(job) && job.state !== 'scheduled'))
        ? whileWorking
        : atRest,
  })

export const jobCountsQuery = queryOptions({
  queryKey: ['jobs', 'counts'],
  queryFn: () => data(api.GET('/jobs/counts')),
  refetchInterval: 3_000,
})
