import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { api, data } from '~/api/client'
import { fieldsOf } from '~/api/problem'
import type { DriveBody, DriveFields } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { Button, LinkButton } from '~/kit/Button'
import { Page } from '~/kit/Page'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { DriveForm } from './DriveForm'
import { changesOf, draftOf, formOf } from './draft'
import { LeaveGuard } from './LeaveGuard'
import { Uploading } from './NewDrive'
import { PdfField } from './PdfField'
import { driveQuery } from './queries'
import { sendForm } from './upload'

const w = t.drives.form

export default function EditDrive({ params }: ScreenProps) {
  const query = useQuery(driveQuery(Number(params.id)))
  return (
    <Loaded query={query} skeleton={<Skeleton lines={12} height="2rem" />}>
      {(drive) => (
        <Page title={w.editTitle(drive.company_name)} lead={drive.job_title}>
          {drive.status === 'pending' || drive.status === 'posted' ? (
            <Edit drive={drive} />
          ) : (
            <Blank title={w.notEditable} action={<LinkButton to={`/drives/${drive.drive_id}`}>{w.toDrive}</LinkButton>}>
              {w.notEditableText(t.common.driveStatus[drive.status])}
            </Blank>
          )}
        </Page>
      )}
    </Loaded>
  )
}

function Edit({ drive }: { drive: DriveBody }) {
  // What was there when the form was opened: the server's answers that come meanwhile do not change what is being typed.
  const [before] = useState(() => draftOf(drive))
  const [draft, setDraft] = useState(before)
  const [pdf, setPdf] = useState<File | null>(null)
  const [isRemoved, setRemoved] = useState(false)
  const [, go] = useLocation()
  const { saving, sent } = useSave(drive)
  const changes: DriveFields = { ...changesOf(before, draft), ...(isRemoved && !pdf ? { pdf_path: null } : {}) }
  const isDirty = Object.keys(changes).length > 0 || !!pdf
  const submit = () => {
    if (isDirty) saving.mutate({ changes, pdf })
    else {
      tell(w.nothingChanged)
      go(`/drives/${drive.drive_id}`)
    }
  }
  return (
    <>
      <DriveForm
        draft={draft}
        onChange={(change) => setDraft((old) => ({ ...old, ...change }))}
        isLocked={drive.status !== 'pending'}
        error={saving.error}
        onSubmit={submit}
        pdf={
          <PdfField
            file={pdf}
            present={drive.pdf_path}
            isRemoved={isRemoved}
            fault={fieldsOf(saving.error).pdf}
            onChoose={setPdf}
            onRemove={() => setRemoved(true)}
          />
        }
        actions={
          <>
            <Button type="submit" look="primary" isPending={saving.isPending}>
              {t.common.save}
            </Button>
            <LinkButton to={`/drives/${drive.drive_id}`}>{t.common.cancel}</LinkButton>
            {saving.isPending && pdf && <Uploading sent={sent} />}
          </>
        }
      />
      <LeaveGuard isDirty={isDirty && !saving.isSuccess} text={w.leaveText} />
    </>
  )
}

function useSave({ drive_id: id }: DriveBody) {
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [sent, setSent] = useState({ done: 0, total: 0 })
  const saving = useMutation({
    mutationFn: async ({ changes, pdf }: { changes: DriveFields; pdf: File | null }) => {
      // A form cannot say that a field is to be emptied, so the fields go as JSON and the file after them.
      let drive: DriveBody | undefined
      if (Object.keys(changes).length > 0)
        drive = await data(api.PATCH('/drives/{id}', { params: { path: { id } }, body: changes }))
      if (pdf) {
        const path = `/drives/${id}`
        drive = await sendForm<DriveBody>('PATCH', path, formOf({}, pdf), (done, total) => setSent({ done, total }))
      }
      return drive
    },
    onSuccess: (drive) => {
      if (drive) tell(w.saved(drive.company_name))
      go(`/drives/${id}`, { replace: true })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['drives'] }),
  })
  return { saving, sent }
}
