import { queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import type { PageAsked } from '~/api/rows'
import type { EligibleStudentBody, paths } from '~/api/schema'

export type EligibleFilter = NonNullable<paths['/eligibility/{id}/ids']['get']['parameters']['query']>
export type EligibleSort = NonNullable<
  NonNullable<paths['/eligibility/{id}/list']['get']['parameters']['query']>['sort']
>

/** eligibleKey begins the keys of all that is asked about a drive's eligible students. */
export const eligibleKey = (id: number) => ['eligible', id] as const

export const listEligible = (id: number, query: EligibleFilter & { sort: EligibleSort }, asked: PageAsked) =>
  page<EligibleStudentBody>(
    api.GET('/eligibility/{id}/list', { params: { path: { id }, query: { ...query, ...asked } } }),
  )

export const eligibleIds = (id: number, query: EligibleFilter = {}) =>
  data(api.GET('/eligibility/{id}/ids', { params: { path: { id }, query } }))

/** eligibleQuery is how many are eligible whatever the filters say, and in which branches they are. */
export const eligibleQuery = (id: number) =>
  queryOptions({
    queryKey: [...eligibleKey(id), 'all'],
    queryFn: async () => {
      const { total, unique_branches } = await data(
        api.GET('/subfilter/{id}/apply', { params: { path: { id }, query: { limit: 1 } } }),
      )
      return { total, branches: unique_branches ?? [] }
    },
  })

export const explainQuery = (id: number, studentId: number) =>
  queryOptions({
    queryKey: ['explain', id, studentId],
    queryFn: () =>
      data(api.GET('/eligibility/{id}/explain/{student_id}', { params: { path: { id, student_id: studentId } } })),
  })
