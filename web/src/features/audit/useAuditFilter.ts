import { useUrlState } from '~/kit/urlState'
import type { AuditFilter } from './queries'

export const entities = [
  'drive',
  'selection',
  'registration',
  'attendance',
  'result',
  'student',
  'user',
  'installation',
] as const

/** The names that the address has beside ids are there to be shown: nobody knows who 17 is. */
export const filterNames = [
  'drive',
  'drive_name',
  'actor',
  'actor_name',
  'user',
  'user_name',
  'entity',
  'operation',
  'from',
  'to',
] as const

/** useAuditFilter reads the filter of the address, as the API takes it. */
export function useAuditFilter(): AuditFilter {
  const { get } = useUrlState()
  const id = (name: string) => Number(get(name)) || undefined
  return {
    drive_id: id('drive'),
    actor_id: id('actor'),
    user_id: id('user'),
    entity: entities.find((entity) => entity === get('entity')),
    operation: get('operation') || undefined,
    start_date: get('from') || undefined,
    end_date: get('to') || undefined,
  }
}

export function csvAddress(filter: AuditFilter): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value))
  return `/api/audit/download-csv?${query}`
}
