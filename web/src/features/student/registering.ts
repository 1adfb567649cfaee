import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, data } from '~/api/client'
import { messageOf } from '~/api/problem'
import type { DriveBody, OwnRegistrationBody } from '~/api/schema'
import { notificationsQuery } from '~/features/account/unread'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { registrationsQuery } from './queries'

/** useRegister registers for a drive. Its answer shows at once; what else it changes is read anew behind that. */
export function useRegister(drive: DriveBody) {
  const queries = useQueryClient()
  const change = useRegistrations()
  return useMutation({
    mutationFn: () => data(api.POST('/registrations', { body: { drive_id: drive.drive_id } })),
    onSuccess: (registration) => {
      change((all) => [{ ...drive, ...registration, attendance: null }, ...without(all, drive)])
      tell(t.student.nowRegistered(drive.company_name))
      queries.invalidateQueries({ queryKey: notificationsQuery.queryKey })
    },
    // A refusal means that the drive is not what this page shows: closed meanwhile, or for others now.
    onError: (error) => {
      tell(t.student.notRegistered(drive.company_name, messageOf(error)), 'bad')
      queries.invalidateQueries({ queryKey: ['drives'] })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: registrationsQuery.queryKey }),
  })
}

export function useWithdraw(drive: DriveBody, onDone: () => void) {
  const queries = useQueryClient()
  const change = useRegistrations()
  return useMutation({
    mutationFn: () => api.DELETE('/registrations/{id}', { params: { path: { id: drive.drive_id } } }),
    onSuccess: () => {
      change((all) => without(all, drive))
      tell(t.student.withdrawn(drive.company_name))
      onDone()
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: registrationsQuery.queryKey })
      queries.invalidateQueries({ queryKey: ['drives'] })
    },
  })
}

function without(all: OwnRegistrationBody[], drive: DriveBody) {
  return all.filter(({ drive_id }) => drive_id !== drive.drive_id)
}

/** useRegistrations changes the known registrations; an answer on its way could be from before the change, so it is dropped. */
function useRegistrations() {
  const queries = useQueryClient()
  return (change: (all: OwnRegistrationBody[]) => OwnRegistrationBody[]) => {
    queries.cancelQueries({ queryKey: registrationsQuery.queryKey })
    queries.setQueryData(registrationsQuery.queryKey, (all) => change(all ?? []))
  }
}
