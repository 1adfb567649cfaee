import { queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import type { PageAsked } from '~/api/rows'
import type { paths, StudentBody } from '~/api/schema'

export type StudentQuery = NonNullable<paths['/students']['get']['parameters']['query']>

export const studentsKey = (filter: StudentQuery) => ['students', 'list', filter] as const

export const listStudents = (filter: StudentQuery, asked: PageAsked) =>
  page<StudentBody>(api.GET('/students', { params: { query: { ...filter, ...asked } } }))

export const studentQuery = (id: number) =>
  queryOptions({
    queryKey: ['students', 'one', id],
    queryFn: () => data(api.GET('/students/{id}', { params: { path: { id } } })),
  })

/** foundQuery is the first few students whom a word finds. */
export const foundQuery = (q: string) =>
  queryOptions({
    queryKey: ['students', 'found', q],
    queryFn: () => data(api.GET('/students', { params: { query: { q, limit: 8 } } })),
    enabled: q !== '',
  })

/** branchesQuery is all branches that active students have; only who plans drives may ask for it. */
export const branchesQuery = queryOptions({
  queryKey: ['students', 'branches'],
  queryFn: async () => {
    const { by_branch } = await data(api.POST('/drives/preview-eligibility', { body: {} }))
    return by_branch.flatMap(({ branch }) => branch || [])
  },
  staleTime: 60_000,
})

/** batchesQuery is the first and the last batch that active students are of; null: nobody is of any. */
export const batchesQuery = queryOptions({
  queryKey: ['students', 'batches'],
  queryFn: async () => {
    const end = (sort: 'batch_year' | '-batch_year') =>
      data(api.GET('/students', { params: { query: { active: 'true', sort, limit: 1 } } }))
    const [[first], [last]] = await Promise.all([end('batch_year'), end('-batch_year')])
    return first?.batch_year && last?.batch_year ? { first: first.batch_year, last: last.batch_year } : null
  },
  staleTime: 60_000,
})

export type Standing = 'good' | 'debarred' | 'inactive'

export function standingOf(student: Pick<StudentBody, 'active' | 'debarred'>): Standing {
  if (student.debarred) return 'debarred'
  return student.active ? 'good' : 'inactive'
}
