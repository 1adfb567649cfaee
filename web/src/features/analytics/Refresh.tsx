import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useEffect } from 'react'
import { api, data } from '~/api/client'
import { isFinal, useJob } from '~/api/jobs'
import { messageOf } from '~/api/problem'
import { Button } from '~/kit/Button'
import { Progress } from '~/kit/Progress'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'

const figures = [['analytics']]

/** Refresh has a job bring the figures up to date; they are read anew when it is done. The page may be left meanwhile. */
export function Refresh() {
  const queries = useQueryClient()
  const asking = useMutation({
    mutationFn: () => data(api.POST('/analytics/refresh')),
    onError: (error) => tell(messageOf(error), 'bad'),
  })
  const job = useJob(asking.data?.job_id, figures)
  const isGoing = asking.isPending || (!!asking.data && (job === null || (!!job && !isFinal(job))))
  const state = job && isFinal(job) ? job.state : null
  const { reset } = asking
  useEffect(() => {
    if (!state) return
    if (state === 'completed') tell(t.analytics.refreshed)
    else tell(t.analytics.refreshFailed, 'bad')
    queries.invalidateQueries({ queryKey: ['jobs'] })
    reset()
  }, [state, reset, queries])
  return (
    <div className="refresh">
      <Button isPending={isGoing} onPress={() => asking.mutate()}>
        {!isGoing && <RefreshCw size={15} aria-hidden="true" />}
        {t.analytics.refresh}
      </Button>
      <div className="refresh-bar">{isGoing && <Progress label={t.analytics.refreshing} />}</div>
    </div>
  )
}
