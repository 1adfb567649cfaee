import { api, page } from '~/api/client'
import type { PageAsked } from '~/api/rows'
import type { paths, UserBody } from '~/api/schema'

type Asked = NonNullable<paths['/users']['get']['parameters']['query']>
export type UserFilter = Pick<Asked, 'role' | 'q' | 'active'>

/** listUsers reads a page of people. After a change: invalidate ['users']. */
export const listUsers = (filter: UserFilter, asked: PageAsked) =>
  page<UserBody>(api.GET('/users', { params: { query: { ...filter, ...asked } } }))
