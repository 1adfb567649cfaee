import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, data } from '~/api/client'
import type { Job } from '~/api/jobs'
import { messageOf } from '~/api/problem'
import { Confirm } from '~/kit/Dialog'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { jobName } from './words'

export interface Moving {
  job: Job
  how: 'retry' | 'cancel'
}

/** MoveJob asks, and then runs a job again or cancels it. */
export function MoveJob({ moving, onClose }: { moving: Moving | null; onClose: () => void }) {
  return moving && <Ask key={`${moving.how} ${moving.job.id}`} {...moving} onClose={onClose} />
}

function Ask({ job, how, onClose }: Moving & { onClose: () => void }) {
  const queries = useQueryClient()
  const name = jobName(job)
  const isRetry = how === 'retry'
  const moving = useMutation({
    mutationFn: () => {
      const params = { path: { id: job.id } }
      return data(isRetry ? api.POST('/jobs/{id}/retry', { params }) : api.POST('/jobs/{id}/cancel', { params }))
    },
    onSuccess: () => {
      tell(isRetry ? t.jobs.retried(name) : t.jobs.cancelled(name))
      onClose()
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['jobs'] }),
  })
  return (
    <Confirm
      title={isRetry ? t.jobs.retryTitle(name) : t.jobs.cancelTitle(name)}
      action={isRetry ? t.jobs.retryDo : t.jobs.cancelDo}
      {...(isRetry ? {} : { keep: t.jobs.keep })}
      danger={!isRetry}
      isOpen
      isPending={moving.isPending}
      error={moving.error && messageOf(moving.error)}
      onConfirm={() => moving.mutate()}
      onClose={onClose}
    >
      <p>{isRetry ? t.jobs.retryText : t.jobs.cancelText}</p>
    </Confirm>
  )
}
