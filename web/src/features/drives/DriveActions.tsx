import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { api, data } from '~/api/client'
import { messageOf } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import { useSession } from '~/api/session'
import { Button, LinkButton } from '~/kit/Button'
import { Menu, type MenuAction } from '~/kit/Menu'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { CancelConfirm, DeleteConfirm, PublishConfirm, StopConfirm } from './confirms'
import { recalculateJobKey } from './JobsOfDrive'
import { publishJobKey, rememberPublishJob } from './publishJob'

type Asked = 'publish' | 'stop' | 'cancel' | 'delete' | null

/** DriveActions are what can be done with a drive in its state by this person; what cannot be undone asks first. */
export function DriveActions({ drive }: { drive: DriveBody }) {
  const { role } = useSession()
  const [asked, setAsked] = useState<Asked>(null)
  const queries = useQueryClient()
  const acts = useActs(drive, () => setAsked(null))
  const ask = (what: Asked) => {
    // The question names numbers: they are read anew.
    queries.invalidateQueries({ queryKey: ['drives', drive.drive_id] })
    for (const act of Object.values(acts)) act.reset()
    setAsked(what)
  }
  const root = `/drives/${drive.drive_id}`
  const isPending = drive.status === 'pending'
  const isOpen = drive.status === 'posted'
  const more = role === 'HEAD' ? headActions(drive, ask, () => acts.recalculate.mutate()) : []
  const close = () => setAsked(null)
  return (
    <>
      {isPending && (
        <>
          <Button look="primary" onPress={() => ask('publish')}>
            {t.drives.publish.action}
          </Button>
          <LinkButton to={`${root}/students`}>{t.drives.overview.chooseStudents}</LinkButton>
        </>
      )}
      {isOpen && <Button onPress={() => ask('stop')}>{t.drives.stop.action}</Button>}
      {(isPending || isOpen) && <LinkButton to={`${root}/edit`}>{t.drives.overview.edit}</LinkButton>}
      {more.length > 0 && (
        <Menu label={t.drives.overview.more} trigger={<Ellipsis size={18} aria-hidden="true" />} actions={more} />
      )}
      <PublishConfirm drive={drive} isOpen={asked === 'publish'} act={acts.publish} onClose={close} />
      <StopConfirm drive={drive} isOpen={asked === 'stop'} act={acts.stop} onClose={close} />
      <CancelConfirm drive={drive} isOpen={asked === 'cancel'} act={acts.cancel} onClose={close} />
      <DeleteConfirm drive={drive} isOpen={asked === 'delete'} act={acts.remove} onClose={close} />
    </>
  )
}

function headActions(drive: DriveBody, ask: (what: Asked) => void, recalculate: () => void): MenuAction[] {
  const actions: MenuAction[] = []
  if (drive.status === 'pending' || drive.status === 'posted') {
    actions.push(
      { id: 'recalculate', text: t.drives.recalculate.action, onAction: recalculate },
      { id: 'cancel', text: t.drives.cancel.action, danger: true, onAction: () => ask('cancel') },
    )
  }
  // A drive that students have registered for stays: it is cancelled instead.
  if (!drive.registered_count)
    actions.push({ id: 'delete', text: t.drives.remove.action, danger: true, onAction: () => ask('delete') })
  return actions
}

function useActs({ drive_id: id, company_name }: DriveBody, onDone: () => void) {
  const queries = useQueryClient()
  const [, go] = useLocation()
  const params = { path: { id } }
  const refresh = () => queries.invalidateQueries({ queryKey: ['drives'] })
  const done = (text: string) => () => {
    tell(text)
    onDone()
  }
  const publish = useMutation({
    mutationFn: () => data(api.POST('/drives/{id}/publish', { params, body: {} })),
    onSuccess: ({ job_id }) => {
      rememberPublishJob(id, job_id)
      queries.setQueryData(publishJobKey(id), job_id)
      onDone()
    },
    onSettled: refresh,
  })
  const stop = useMutation({
    mutationFn: () => data(api.POST('/drives/{id}/stop-registrations', { params })),
    onSuccess: done(t.drives.stop.done(company_name)),
    onSettled: refresh,
  })
  const cancel = useMutation({
    mutationFn: () => data(api.POST('/drives/{id}/cancel', { params })),
    onSuccess: done(t.drives.cancel.done(company_name)),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: () => data(api.DELETE('/drives/{id}', { params })),
    onSuccess: () => {
      tell(t.drives.remove.done(company_name))
      go('/drives')
      queries.removeQueries({ queryKey: ['drives', id] })
      refresh()
    },
  })
  const recalculate = useMutation({
    mutationFn: () => data(api.POST('/drives/{id}/trigger-eligibility', { params })),
    onSuccess: ({ job_id }) => queries.setQueryData(recalculateJobKey(id), job_id),
    onError: (error) => tell(messageOf(error), 'bad'),
  })
  return { publish, stop, cancel, remove, recalculate }
}
