import { queryOptions } from '@tanstack/react-query'
import { api, data } from '~/api/client'

/** meQuery is the own profile; a student's has the marks on record. */
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => data(api.GET('/me')) })
