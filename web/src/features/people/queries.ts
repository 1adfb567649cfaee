import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { api, page } from '~/api/client'
import type { paths } from '~/api/schema'

type UserFilter = NonNullable<paths['/users']['get']['parameters']['query']>

/** usersQuery lists people page by page. After a change: invalidate ['users']. */
export const usersQuery = (filter: Pick<UserFilter, 'role' | 'q' | 'active'>) =>
  infiniteQueryOptions({
    queryKey: ['users', filter],
    queryFn: ({ pageParam }) =>
      page(api.GET('/users', { params: { query: { ...filter, limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  })
