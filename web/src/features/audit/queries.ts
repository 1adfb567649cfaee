import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import type { AuditBody, paths } from '~/api/schema'
import type { Option } from '~/kit/Select'

export type AuditFilter = Omit<NonNullable<paths['/audit']['get']['parameters']['query']>, 'limit' | 'cursor'>

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      page(api.GET('/audit', { params: { query: { ...filter, limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  })

const few = 8

export const peopleFoundQuery = (q: string) =>
  queryOptions({
    queryKey: ['users', 'found', q],
    queryFn: async (): Promise<Option[]> => {
      const people = await data(api.GET('/users', { params: { query: { q: q || undefined, limit: few } } }))
      return people.map((p) => ({ id: String(p.user_id), text: `${p.name} · ${p.email}` }))
    },
    placeholderData: keepPreviousData,
  })

export const drivesFoundQuery = (q: string) =>
  queryOptions({
    queryKey: ['drives', 'found', q],
    queryFn: async (): Promise<Option[]> => {
      const drives = await data(api.GET('/drives', { params: { query: { q: q || undefined, limit: few } } }))
      return drives.map((d) => ({ id: String(d.drive_id), text: `${d.company_name} · ${d.job_title}` }))
    },
    placeholderData: keepPreviousData,
  })

/** entriesOf puts together what one statement did: the lines of an entry stand one after the other. */
export function entriesOf(lines: readonly AuditBody[]): AuditBody[][] {
  const entries: AuditBody[][] = []
  for (const line of lines) {
    const entry = entries.at(-1)
    if (entry?.[0]?.audit_id === line.audit_id) entry.push(line)
    else entries.push([line])
  }
  return entries
}

export interface FieldChange {
  field: string
  before: unknown
  after: unknown
}

/** changesOf are the fields of a line, before and after; of something new or gone those that were filled in. */
export function changesOf({ before, after }: Pick<AuditBody, 'before' | 'after'>): FieldChange[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const all = names.map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }))
  return all.filter((change) => change.before !== null || change.after !== null)
}
