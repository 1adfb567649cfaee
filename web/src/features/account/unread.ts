import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, data } from '~/api/client'

export const notificationsQuery = queryOptions({
  queryKey: ['notifications'],
  queryFn: () => data(api.GET('/notifications/mine', { params: { query: { limit: 100 } } })),
  refetchInterval: 30_000,
})

// The menu needs only the number: all notifications would be a large part of what the first page loads.
const unreadQuery = queryOptions({
  queryKey: [...notificationsQuery.queryKey, 'unread'],
  queryFn: () => data(api.GET('/notifications/mine', { params: { query: { limit: 1 } } })),
  refetchInterval: 30_000,
})

/** useUnread is how many notifications wait to be read; 0 while nothing is known. */
export function useUnread(): number {
  return useQuery(unreadQuery).data?.unread_count ?? 0
}
