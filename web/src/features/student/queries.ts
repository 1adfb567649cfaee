import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'

// The pages keep themselves current: somebody may be waiting for a drive to open, or for its deadline.
const often = { refetchInterval: 20_000, refetchOnWindowFocus: 'always' as const }

/** mayRegisterQuery are the drives that this student may register for, or has and still could. */
export const mayRegisterQuery = queryOptions({
  queryKey: ['drives', 'may-register'],
  queryFn: () => data(api.GET('/eligibility/mine')),
  ...often,
})

/** postedQuery are all open drives, also those for others: the same answer for all students, which the browser keeps by its ETag. */
export const postedQuery = queryOptions({
  queryKey: ['drives', 'posted'],
  queryFn: () => data(api.GET('/drives', { params: { query: { status: 'posted' } } })),
  ...often,
})

export const registrationsQuery = queryOptions({
  queryKey: ['registrations', 'mine'],
  queryFn: () => data(api.GET('/registrations/mine')),
  ...often,
})

/** verdictQuery says whether this student may register for a drive, and each rule that stands in the way. */
export const verdictQuery = (id: number) =>
  queryOptions({
    queryKey: ['drives', id, 'verdict'],
    queryFn: () => data(api.GET('/eligibility/{id}/check', { params: { path: { id } } })),
    staleTime: 60_000,
  })
