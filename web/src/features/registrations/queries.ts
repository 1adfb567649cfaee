import { queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import { isFinal } from '~/api/jobs'
import type { PageAsked } from '~/api/rows'
import type { paths, RegisteredStudentBody } from '~/api/schema'

type Asked = NonNullable<paths['/registrations/{id}/list']['get']['parameters']['query']>
export type RegistrationsQuery = Omit<Asked, 'limit' | 'cursor'>

export const registrationsKey = (id: number) => ['registrations', id] as const

export const listRegistrations = (id: number, query: RegistrationsQuery, asked: PageAsked) =>
  page<RegisteredStudentBody>(
    api.GET('/registrations/{id}/list', { params: { path: { id }, query: { ...query, ...asked } } }),
  )

/** How often a drive that is open is asked whether somebody has registered. */
const often = 4_000

/** countQuery is how many registrations there are now; on an open drive it is asked again and again. */
export const countQuery = (id: number, query: RegistrationsQuery, isOpen: boolean) =>
  queryOptions({
    queryKey: [...registrationsKey(id), 'count', query.q ?? ''],
    queryFn: async () => (await listRegistrations(id, query, { limit: 1 })).total,
    refetchInterval: isOpen ? often : false,
  })

/** exportQuery is an export that was asked for earlier: where it has got to, and its file while it is kept. */
export const exportQuery = (jobId: number) =>
  queryOptions({
    queryKey: ['jobs', jobId],
    queryFn: () => data(api.GET('/jobs/{id}', { params: { path: { id: jobId } } })),
    // useJob follows it from here.
    staleTime: (query) => (query.state.data && isFinal(query.state.data) ? 0 : Number.POSITIVE_INFINITY),
  })
