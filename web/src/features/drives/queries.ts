import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'

/** driveQuery is one drive. After a change: invalidate ['drives'], which holds all drives and lists of them. */
export const driveQuery = (id: number) =>
  queryOptions({
    queryKey: ['drives', id],
    queryFn: () => data(api.GET('/drives/{id}', { params: { path: { id } } })),
  })
