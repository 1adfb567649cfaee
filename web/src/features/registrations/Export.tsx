import { useMutation, useQuery } from '@tanstack/react-query'
import { Download, FileDown, X } from 'lucide-react'
import { api, base, data } from '~/api/client'
import { isFinal, type Job, useJob } from '~/api/jobs'
import { messageOf } from '~/api/problem'
import { Button, DownloadButton } from '~/kit/Button'
import { count, useFormats } from '~/kit/format'
import { JobProgress } from '~/kit/Progress'
import { t } from '~/texts'
import { useKeptExport } from './kept'
import { exportQuery } from './queries'

const texts = t.registrations

/** useExport starts the export of a drive's registrations and follows it, also one that was started before. */
export function useExport(driveId: number) {
  const [jobId, keep] = useKeptExport(driveId)
  // One that is gone (410, 404) is not offered.
  const before = useQuery({ ...exportQuery(jobId ?? 0), enabled: jobId !== null })
  const isFollowed = !!before.data && !isFinal(before.data)
  const live = useJob(isFollowed ? jobId : null)
  const job = live ?? before.data ?? null
  const starting = useMutation({
    mutationFn: () => data(api.POST('/registrations/{id}/export', { params: { path: { id: driveId } } })),
    onSuccess: ({ job_id }) => keep(job_id),
  })
  const isGone = !!before.error || (job?.state === 'completed' && !job.download_url)
  return { jobId: isGone ? null : jobId, job, starting, close: () => keep(null) }
}

type Exported = ReturnType<typeof useExport>

export function ExportButton({
  exported: { jobId, job, starting },
  isEmpty,
}: {
  exported: Exported
  isEmpty: boolean
}) {
  const isRunning = jobId !== null && !(job && isFinal(job))
  return (
    <Button isPending={starting.isPending || isRunning} isDisabled={isEmpty} onPress={() => starting.mutate()}>
      <FileDown size={16} aria-hidden="true" />
      {jobId === null ? texts.export : texts.exportAgain}
    </Button>
  )
}

/** ExportState shows the export's progress, then its file. */
export function ExportState({ exported: { jobId, job, starting, close } }: { exported: Exported }) {
  if (starting.error) {
    return (
      <p className="banner bad" role="alert">
        {messageOf(starting.error)}
      </p>
    )
  }
  if (jobId === null) return null
  if (!job || !isFinal(job)) {
    return (
      <section className="card stack tight">
        <JobProgress job={job} label={texts.exporting} />
        <p className="quiet">{texts.mayLeave}</p>
      </section>
    )
  }
  if (job.state !== 'completed' || !job.download_url) {
    return (
      <p className="banner bad" role="alert">
        {texts.failed}
      </p>
    )
  }
  return <Ready job={job} href={base + job.download_url} onClose={close} />
}

function Ready({ job, href, onClose }: { job: Job; href: string; onClose: () => void }) {
  const { dateTime } = useFormats()
  return (
    <section className="card export-ready" role="status">
      <span>{texts.ready(count(job.progress.total), dateTime(job.finalized_at))}</span>
      <span className="row">
        <DownloadButton look="primary" href={href}>
          <Download size={16} aria-hidden="true" />
          {texts.download}
        </DownloadButton>
        <Button look="plain" icon aria-label={texts.dismiss} onPress={onClose}>
          <X size={16} aria-hidden="true" />
        </Button>
      </span>
    </section>
  )
}
