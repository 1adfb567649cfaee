import { queryOptions } from '@tanstack/react-query'
import { api, base, data, errorOf, sessionEnded } from '~/api/client'
import type { Job } from '~/api/jobs'
import { queryClient } from '~/api/session'
import type { CodeCard } from '~/kit/CodeCards'
import { readCSV } from './readCSV'

export interface Fault {
  /** 0: the file as a whole. */
  line: number
  /** The API's name of the column; empty for the row as a whole. */
  column: string
  value: string
  message: string
}

export interface ImportResult {
  ok: boolean
  dry_run: boolean
  rows: number
  created: number
  updated: number
  unchanged: number
  error_count: number
  errors: Fault[]
}

/** resultOf is what an import found; null while it runs, or when it could not be run. */
export function resultOf(job: Pick<Job, 'result'>): ImportResult | null {
  const result = job.result as ImportResult | null | undefined
  return result && typeof result === 'object' && 'rows' in result ? result : null
}

/** importJobQuery is what is known of an import when its page is opened; from then on its events tell. */
export const importJobQuery = (id: number) =>
  queryOptions({
    queryKey: ['jobs', id],
    queryFn: () => data(api.GET('/jobs/{id}', { params: { path: { id } } })),
  })

const kind = 'import-students'

export const recentImportsQuery = queryOptions({
  queryKey: ['jobs', { kind, limit: 8 }],
  queryFn: () => data(api.GET('/jobs', { params: { query: { kind, limit: 8 } } })),
  refetchInterval: 10_000,
})

/**
 * The sheet of a check stays in this window, so that what is imported is what was checked, to the byte. It goes with the window
 * or the sign-in, as all that the query client holds; to read it anew is to keep it. Only the newest stays: a sheet may have
 * 50 MB, and whoever mends one has it checked many times.
 */
export function keepSheet(jobId: number, file: File) {
  queryClient.removeQueries({ queryKey: ['sheet'] })
  queryClient.setQueryData(['sheet', jobId], file)
}
export const sheetQuery = (jobId: number) =>
  queryOptions({
    queryKey: ['sheet', jobId],
    queryFn: () => queryClient.getQueryData<File | null>(['sheet', jobId]) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })

/** Codes are in this window's memory and nowhere else: the server has given them away. */
export interface Codes {
  csv: string
  cards: CodeCard[]
  isSaved: boolean
  isPrinted: boolean
}

export const codesQuery = (jobId: number) =>
  queryOptions({
    queryKey: ['codes', jobId],
    queryFn: () => queryClient.getQueryData<Codes | null>(['codes', jobId]) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })

/** fetchCodes gets the list of an import, which the server gives out once. */
export async function fetchCodes(jobId: number): Promise<Codes> {
  const answer = await fetch(`${base}/jobs/${jobId}/codes`, { method: 'POST' })
  if (answer.status === 401) sessionEnded()
  if (!answer.ok) throw await errorOf(answer)
  const csv = await answer.text()
  const [, ...rows] = readCSV(csv)
  const cards = rows.map(({ cells: [roll_number = '', name = '', email = '', code = ''] }) => ({
    roll_number,
    name,
    email,
    code,
  }))
  return { csv, cards, isSaved: false, isPrinted: false }
}
