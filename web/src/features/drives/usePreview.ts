import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { Preview } from '~/api/schema'
import { useDebounced } from '~/kit/debounced'
import { type Criteria, criteriaBody } from './criteria'
import { previewQuery } from './queries'

export interface LivePreview {
  preview: Preview | undefined
  /** The numbers belong to criteria of a moment ago. */
  isStale: boolean
  error: unknown
  refetch: () => void
}

/** usePreview counts who is eligible while criteria are typed; until the new numbers are there the old ones stay. */
export function usePreview(criteria: Criteria): LivePreview {
  const settled = useDebounced(criteria)
  const body = useMemo(() => criteriaBody(settled), [settled])
  const query = useQuery(previewQuery(body))
  const [last, keep] = useState<Preview>()
  useEffect(() => {
    if (query.data) keep(query.data)
  }, [query.data])
  const preview = query.data ?? last
  const { error, refetch } = query
  const isStale = settled !== criteria || query.isFetching || !!error
  return useMemo(() => ({ preview, isStale, error, refetch }), [preview, isStale, error, refetch])
}
