import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { keepSheet } from './queries'
import { Stopped, upload } from './upload'

/** useUpload sends a sheet, and goes to the page of its job as soon as there is one. */
export function useUpload() {
  const [, go] = useLocation()
  const queries = useQueryClient()
  const [sent, setSent] = useState({ done: 0, total: 0 })
  const stop = useRef(() => {})
  const sending = useMutation({
    mutationFn: async ({ file, dryRun }: { file: File; dryRun: boolean }) => {
      setSent({ done: 0, total: file.size })
      // A copy in memory: the file may be saved anew on disk between the check and the import.
      const sheet = new File([await file.arrayBuffer()], file.name, { type: file.type })
      const { done, stop: end } = upload(sheet, dryRun, (done, total) => setSent({ done, total }))
      stop.current = end
      const job = await done
      keepSheet(job.id, sheet)
      return job
    },
    onSuccess: (job) => {
      queries.invalidateQueries({ queryKey: ['jobs'] })
      go(`/import?job=${job.id}`)
    },
  })
  return {
    send: (file: File, dryRun: boolean) => sending.mutate({ file, dryRun }),
    stop: () => stop.current(),
    sent,
    file: sending.variables?.file,
    isSending: sending.isPending,
    error: sending.error instanceof Stopped ? null : sending.error,
  }
}
