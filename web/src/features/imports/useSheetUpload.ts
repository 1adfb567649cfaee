import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { messageOf } from '~/api/problem'
import type { ImportStudentsOutputBody } from '~/api/schema'
import { faultOf, sendForm, useUpload } from '~/api/uploads'
import { useMounted } from '~/kit/mounted'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { keepSheet } from './queries'

const name = 'sheet'

/** useSheetUpload sends a sheet. Who waits for it comes to the page of its job; who has gone elsewhere is told. */
export function useSheetUpload() {
  const [, go] = useLocation()
  const queries = useQueryClient()
  const isHere = useMounted()
  const sending = useMutation({
    mutationFn: async ({ file, dryRun }: { file: File; dryRun: boolean }) => {
      // A copy in memory: the file may be saved anew on disk between the check and the import.
      const sheet = new File([await file.arrayBuffer()], file.name, { type: file.type })
      const form = new FormData()
      form.set('file', sheet)
      const path = `/students/import?dry_run=${dryRun}`
      const job = await sendForm<ImportStudentsOutputBody>(name, sheet, 'POST', path, form)
      keepSheet(job.id, sheet)
      return job
    },
    onSuccess: (job, { file }) => {
      queries.invalidateQueries({ queryKey: ['jobs'] })
      if (isHere()) go(`/import?job=${job.id}`)
      else tell(t.imports.isSent(file.name))
    },
    onError: (error, { file }) => {
      if (!isHere() && faultOf(error)) tell(`${file.name}: ${messageOf(error)}`, 'bad')
    },
  })
  return {
    send: (file: File, dryRun: boolean) => sending.mutate({ file, dryRun }),
    upload: useUpload(name),
    error: faultOf(sending.error),
  }
}
