import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '~/api/client'
import { messageOf } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { Dialog } from '~/kit/Dialog'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { students } from './marks'
import { useDay } from './queries'

const text = t.attendance.publish

export function Publish({ drive }: { drive: DriveBody }) {
  const [isOpen, open] = useState(false)
  return (
    <>
      <Button look="primary" aria-label={text.openLabel} onPress={() => open(true)}>
        {text.open}
      </Button>
      <Dialog title={text.title(drive.company_name)} isOpen={isOpen} onClose={() => open(false)}>
        <Question drive={drive} onClose={() => open(false)} />
      </Dialog>
    </>
  )
}

/** Question names what becomes final. The figures are the server's own as soon as every mark of this browser is there. */
function Question({ drive, onClose }: { drive: DriveBody; onClose: () => void }) {
  const { counts, state, query } = useDay(drive.drive_id)
  const queries = useQueryClient()
  const publishing = useMutation({
    mutationFn: async () => {
      await api.POST('/attendance/{id}/publish', { params: { path: { id: drive.drive_id } } })
    },
    onSuccess: () => {
      tell(text.done(drive.company_name))
      onClose()
      for (const queryKey of [['drives'], ['attendance', drive.drive_id], ['finished']])
        queries.invalidateQueries({ queryKey })
    },
  })
  const waiting = students(state.queue)
  const hasNone = counts.present + counts.absent === 0
  return (
    <>
      <div className="stack tight">
        <p>{text.figures(counts.present, counts.absent)}</p>
        {counts.unmarked > 0 && (
          <p>
            <strong>{text.unmarked(counts.unmarked)}</strong>
          </p>
        )}
        <p>{text.locks}</p>
      </div>
      {(waiting > 0 || hasNone) && (
        <p className="banner warn" role="status">
          {waiting > 0 ? text.unsent(waiting) : text.needsMark}
        </p>
      )}
      {publishing.error && (
        <p className="banner bad" role="alert">
          {messageOf(publishing.error)}
        </p>
      )}
      <div className="actions">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button
          look="primary"
          danger
          isDisabled={waiting > 0 || hasNone || !query.data}
          isPending={publishing.isPending}
          onPress={() => publishing.mutate()}
        >
          {text.action}
        </Button>
      </div>
    </>
  )
}
