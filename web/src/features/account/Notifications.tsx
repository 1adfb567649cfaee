import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { BellOff } from 'lucide-react'
import { useLocation } from 'wouter'
import { api, data } from '~/api/client'
import { messageOf } from '~/api/problem'
import type { NotificationBody } from '~/api/schema'
import { useSession } from '~/api/session'
import { Button } from '~/kit/Button'
import { useFormats } from '~/kit/format'
import { Page } from '~/kit/Page'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { notificationsQuery } from './unread'
import './account.css'

export default function Notifications() {
  const query = useQuery(notificationsQuery)
  const queries = useQueryClient()
  const readAll = useMutation({
    mutationFn: () => api.POST('/notifications/read-all'),
    onSuccess: () => queries.invalidateQueries({ queryKey: notificationsQuery.queryKey }),
    onError: (error) => tell(messageOf(error), 'bad'),
  })
  const unread = query.data?.unread_count ?? 0
  return (
    <Page
      title={t.account.notifications}
      lead={query.data ? t.account.unread(unread) : '\u00a0'}
      actions={
        <Button isDisabled={unread === 0} isPending={readAll.isPending} onPress={() => readAll.mutate()}>
          {t.account.readAll}
        </Button>
      }
    >
      <Loaded query={query} skeleton={<Skeleton lines={4} height="4.25rem" />}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank icon={<BellOff size={28} aria-hidden="true" />} title={t.common.nothing}>
              {t.account.noNotifications}
            </Blank>
          ) : (
            <ul className="notices">
              {items.map((item) => (
                <Notice key={item.notification_id} item={item} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}

function Notice({ item }: { item: NotificationBody }) {
  const { role } = useSession()
  const { dateTime } = useFormats()
  const [, go] = useLocation()
  const queries = useQueryClient()
  const read = useMutation({
    mutationFn: () => data(api.PATCH('/notifications/{id}/read', { params: { path: { id: item.notification_id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: notificationsQuery.queryKey }),
  })
  const open = () => {
    if (!item.is_read) read.mutate()
    if (item.entity_type === 'drive' && item.entity_id)
      go(`${role === 'STUDENT' ? '/open' : '/drives'}/${item.entity_id}`)
  }
  return (
    <li>
      <button type="button" className={item.is_read ? 'notice' : 'notice unread'} onClick={open}>
        <span className="row between">
          <strong>{item.title}</strong>
          <span className="quiet">{dateTime(item.created_at)}</span>
        </span>
        <span>{item.message}</span>
      </button>
    </li>
  )
}
