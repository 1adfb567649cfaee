import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'

/** Period is the filter as the API writes it, and the address of the page. */
export interface Period {
  months?: number
  start_date?: string
  end_date?: string
}

export const finishedQuery = (period: Period) =>
  queryOptions({
    queryKey: ['finished', period],
    queryFn: () => data(api.GET('/finished-drives', { params: { query: period } })),
  })

/** readPeriod takes only what makes sense from an address; anything else is as if it were not there. */
export function readPeriod(search: URLSearchParams): Period {
  const months = Number(search.get('months'))
  if (Number.isInteger(months) && months > 0 && months <= 1200) return { months }
  const day = (name: 'start_date' | 'end_date') => {
    const text = search.get(name) ?? ''
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? { [name]: text } : {}
  }
  return { ...day('start_date'), ...day('end_date') }
}

export function writePeriod({ months, start_date, end_date }: Period): URLSearchParams {
  const search = new URLSearchParams()
  if (months) search.set('months', String(months))
  if (start_date) search.set('start_date', start_date)
  if (end_date) search.set('end_date', end_date)
  return search
}

export const isBackwards = ({ start_date, end_date }: Period) => !!start_date && !!end_date && end_date < start_date
