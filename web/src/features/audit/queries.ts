import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data, page } from '~/api/client'
import type { AuditBody, paths } from '~/api/schema'
import type { Option } from '~/kit/Select'

export type AuditFilter = Omit<NonNullable<paths['/audit']['get']['parameters']['query']>, 'limit' | 'cursor'>

const pageSize = 100

type Line = Pick<AuditBody, 'audit_id' | 'actor_id'>

/** isOneDoing tells whether two lines are what one person did in one step: a crowd that registers at once is written in one step, too. */
const isOneDoing = (a: Line, b: Line) => a.audit_id === b.audit_id && a.actor_id === b.actor_id

/**
 * longEntryOf is the entry that a whole page has the lines of: a publish to a university has one for each of its students. Nobody
 * reads those here, so what follows is read from the next entry on.
 */
export function longEntryOf(lines: readonly Line[]): number | null {
  const [first] = lines
  return first && lines.length >= pageSize && lines.every((line) => isOneDoing(line, first)) ? first.audit_id : null
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      page(api.GET('/audit', { params: { query: { ...filter, limit: pageSize, ...pageParam } } })),
    initialPageParam: {} as { cursor?: string; before?: number },
    getNextPageParam: (last) => {
      if (last.next === null) return undefined
      const long = longEntryOf(last.rows)
      return long === null ? { cursor: last.next } : { before: long }
    },
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

/** entriesOf puts together what one person did in one step: the lines of an entry stand one after the other. */
export function entriesOf(lines: readonly AuditBody[]): AuditBody[][] {
  const entries: AuditBody[][] = []
  for (const line of lines) {
    const entry = entries.at(-1)
    if (entry?.[0] && isOneDoing(entry[0], line)) entry.push(line)
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
