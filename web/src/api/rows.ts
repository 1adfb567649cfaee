import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Page } from './client'

export interface PageAsked {
  cursor?: string
  limit: number
}

/** The first page comes soon; who scrolls on wants many. */
const firstRows = 100
const moreRows = 500

/** Reading many pages anew, one after the other, is not worth it for a look at the window. */
const whenFew = (query: { state: { data?: { pages: unknown[] } | undefined } }) =>
  (query.state.data?.pages.length ?? 0) <= 2

/**
 * useRows reads a long list page by page, as DataTable asks for it. While another filter or sort is being read the rows of
 * before stay. The list is forgotten when the page is left, so whoever comes back sees it as it is then.
 */
export function useRows<T>(queryKey: QueryKey, load: (asked: PageAsked) => Promise<Page<T>>) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam ? { cursor: pageParam, limit: moreRows } : { limit: firstRows }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    // Comparing tens of thousands of rows field by field costs more than drawing those in sight.
    structuralSharing: false,
    refetchOnWindowFocus: whenFew,
    refetchOnReconnect: whenFew,
    gcTime: 0,
  })
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.rows) ?? [], [pages])
  return {
    total: pages?.at(-1)?.total ?? null,
    isFirstPage: (pages?.length ?? 0) <= 1,
    error: query.data === undefined ? query.error : null,
    isFetched: query.data !== undefined && !query.isPlaceholderData,
    refetch: query.refetch,
    /** What DataTable wants to know of it. */
    table: {
      rows,
      total: pages?.at(-1)?.total ?? null,
      isLoading: query.data === undefined,
      isStale: query.isPlaceholderData,
      isLoadingMore: query.isFetchingNextPage,
      failedMore: query.isFetchNextPageError,
      onMore: query.hasNextPage ? () => void query.fetchNextPage({ cancelRefetch: false }) : undefined,
    },
  }
}
