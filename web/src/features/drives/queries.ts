import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import type { CriteriaFields, DriveBody } from '~/api/schema'

export type DriveState = DriveBody['status']

/** driveQuery is one drive. After a change: invalidate ['drives'], which holds all drives and lists of them. */
export const driveQuery = (id: number) =>
  queryOptions({
    queryKey: ['drives', id],
    queryFn: () => data(api.GET('/drives/{id}', { params: { path: { id } } })),
  })

/** What is over is rarely looked at: of these only the newest are shown, the older ones when asked for. */
const folded: readonly DriveState[] = ['finished', 'cancelled']
const newest = 5

/** columnQuery is one column of the board, newest first, page by page. */
export const columnQuery = (status: DriveState, q: string) =>
  infiniteQueryOptions({
    queryKey: ['drives', 'column', status, q],
    queryFn: ({ pageParam, signal }) => {
      const limit = !pageParam && folded.includes(status) ? newest : 100
      const query = { status, limit, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) }
      return page(api.GET('/drives', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })

/** listQuery is the plain list for those who only read. */
export const listQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['drives', 'list', q],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 100, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) }
      return page(api.GET('/drives', { params: { query }, signal }))
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })

export const domainsQuery = queryOptions({
  queryKey: ['job-domains'],
  queryFn: () => data(api.GET('/job-domains')),
  staleTime: 60_000,
})

/** previewQuery counts whom criteria let in that nobody has stored yet. */
export const previewQuery = (criteria: CriteriaFields) =>
  queryOptions({
    queryKey: ['preview', criteria],
    queryFn: ({ signal }) => data(api.POST('/drives/preview-eligibility', { body: criteria, signal })),
    staleTime: 30_000,
  })

/** drivePreviewQuery counts whom the stored criteria of a drive let in now. */
export const drivePreviewQuery = (id: number) =>
  queryOptions({
    queryKey: ['drives', id, 'preview'],
    queryFn: () => data(api.GET('/drives/{id}/preview-eligibility', { params: { path: { id } } })),
  })
