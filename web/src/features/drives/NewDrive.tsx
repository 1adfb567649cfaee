import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { api, data } from '~/api/client'
import { fieldsOf } from '~/api/problem'
import type { DriveBody, NewDrive as NewDriveBody } from '~/api/schema'
import { useSession } from '~/api/session'
import { Button } from '~/kit/Button'
import { share } from '~/kit/format'
import { Page } from '~/kit/Page'
import { Progress } from '~/kit/Progress'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { DriveForm } from './DriveForm'
import { type Draft, emptyDraft, fieldsOfDraft, formOf, stored } from './draft'
import { LeaveGuard } from './LeaveGuard'
import { PdfField } from './PdfField'
import { PublishNewConfirm } from './PublishNewConfirm'
import { sendForm } from './upload'

const w = t.drives.form

export default function NewDrive() {
  const { user } = useSession()
  const key = `placeops-new-drive-${user.user_id}`
  const [restored, setRestored] = useState(() => stored.read(key))
  const [draft, setDraft] = useState<Draft>(restored ?? emptyDraft)
  const [pdf, setPdf] = useState<File | null>(null)
  const isEmpty = JSON.stringify(draft) === JSON.stringify(emptyDraft)
  const { creating, sent } = useCreate(() => stored.remove(key))
  const [isAsking, setAsking] = useState(false)
  const isDone = creating.isSuccess
  useEffect(() => {
    if (isDone) return
    if (isEmpty) stored.remove(key)
    else stored.write(key, draft)
  }, [draft, isEmpty, isDone, key])

  const send = (auto_calc: boolean) => creating.mutate({ draft, pdf, auto_calc })
  // Both buttons send the form, so that the browser looks at the fields first.
  const submit = (button: string) => (button === 'publish' ? setAsking(true) : send(false))
  const startAfresh = () => {
    setDraft(emptyDraft)
    setPdf(null)
    setRestored(null)
  }
  return (
    <Page title={w.newTitle}>
      {restored && (
        <div className="banner row between" role="status">
          <span>{w.restored}</span>
          <Button onPress={startAfresh}>{w.startAfresh}</Button>
        </div>
      )}
      <DriveForm
        draft={draft}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        error={creating.error}
        onSubmit={submit}
        pdf={<PdfField file={pdf} onChoose={setPdf} fault={fieldsOf(creating.error).pdf} />}
        actions={
          <>
            <Button type="submit" look="primary" isPending={creating.isPending}>
              {w.create}
            </Button>
            <Button type="submit" name="publish" isDisabled={creating.isPending}>
              {w.createAndPublish}
            </Button>
            {creating.isPending && pdf && <Uploading sent={sent} />}
          </>
        }
      />
      <PublishNewConfirm
        draft={draft}
        isOpen={isAsking}
        onConfirm={() => {
          setAsking(false)
          send(true)
        }}
        onClose={() => setAsking(false)}
      />
      <LeaveGuard isDirty={(!isEmpty || !!pdf) && !isDone} text={w.leaveDraft} />
    </Page>
  )
}

export function Uploading({ sent }: { sent: { done: number; total: number } }) {
  const label = t.drives.pdf.uploading(share(sent.done, sent.total))
  return (
    <div className="uploading stack tight">
      <span className="small quiet num">{label}</span>
      <Progress label={label} done={sent.done} total={sent.total || undefined} />
    </div>
  )
}

interface Wanted {
  draft: Draft
  pdf: File | null
  auto_calc: boolean
}

function useCreate(onCreated: () => void) {
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [sent, setSent] = useState({ done: 0, total: 0 })
  const creating = useMutation({
    mutationFn: ({ draft, pdf, auto_calc }: Wanted) => {
      const body = { ...fieldsOfDraft(draft), auto_calc } as NewDriveBody
      if (!pdf) return data(api.POST('/drives', { body }))
      return sendForm<DriveBody>('POST', '/drives', formOf(body, pdf), (done, total) => setSent({ done, total }))
    },
    onSuccess: (drive, { auto_calc }) => {
      onCreated()
      queries.invalidateQueries({ queryKey: ['drives'] })
      tell(auto_calc ? w.createdAndPublished(drive.company_name) : w.created(drive.company_name))
      go(`/drives/${drive.drive_id}`, { replace: true })
    },
  })
  return { creating, sent }
}
