import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { api, data } from '~/api/client'
import { readDraft, removeDraft } from '~/api/drafts'
import { fieldsOf, messageOf } from '~/api/problem'
import type { DriveBody, DriveFields } from '~/api/schema'
import { useSession } from '~/api/session'
import { faultOf, sendForm, useUpload } from '~/api/uploads'
import type { ScreenProps } from '~/app/routes'
import { Button, LinkButton } from '~/kit/Button'
import { Confirm } from '~/kit/Dialog'
import { useMounted } from '~/kit/mounted'
import { Page } from '~/kit/Page'
import { Sending } from '~/kit/Sending'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { DriveForm } from './DriveForm'
import { changesOf, draftOf, formOf, type KeptChanges, onto } from './draft'
import { PdfField } from './PdfField'
import { driveQuery } from './queries'
import { forgetPdf, useChosenPdf, useKeptDraft } from './useKeptDraft'

const w = t.drives.form
const nameOf = (drive: DriveBody) => `drive ${drive.drive_id}`

export default function EditDrive({ params }: ScreenProps) {
  const query = useQuery(driveQuery(Number(params.id)))
  return (
    <Loaded query={query} skeleton={<Skeleton lines={12} height="2rem" />}>
      {(drive) => (
        <Page title={w.editTitle(drive.company_name)} lead={drive.job_title}>
          {drive.status === 'pending' || drive.status === 'posted' ? (
            <Editable key={drive.drive_id} drive={drive} />
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

/** Editable shows what is on its way already to whoever comes back meanwhile. */
function Editable({ drive }: { drive: DriveBody }) {
  const upload = useUpload(nameOf(drive))
  const [isOwn, setOwn] = useState(false)
  if (upload && !isOwn) return <Sending upload={upload} />
  return <Edit drive={drive} onSend={() => setOwn(true)} />
}

function Edit({ drive, onSend }: { drive: DriveBody; onSend: () => void }) {
  const [, go] = useLocation()
  const saving = useSave(drive)
  const { draft, setDraft, pdf, setPdf, isRemoved, setRemoved, changes, isDirty, discard, isRestored } = useChanges(
    drive,
    saving.isSuccess,
  )
  const [isAsking, setAsking] = useState(false)
  const leave = () => go(`/drives/${drive.drive_id}`)
  const submit = () => {
    if (isDirty) {
      onSend()
      return saving.mutate({ changes, pdf })
    }
    tell(w.nothingChanged)
    leave()
  }
  return (
    <>
      {isRestored && (
        <div className="banner row between" role="status">
          <span>{w.restoredChanges}</span>
          <Button onPress={discard}>{w.discard}</Button>
        </div>
      )}
      <DriveForm
        draft={draft}
        onChange={(change) => setDraft((old) => ({ ...old, ...change }))}
        isLocked={drive.status !== 'pending'}
        error={faultOf(saving.error)}
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
        upload={useUpload(nameOf(drive))}
        actions={
          <>
            <Button type="submit" look="primary" isPending={saving.isPending}>
              {t.common.save}
            </Button>
            <Button isDisabled={saving.isPending} onPress={() => (isDirty ? setAsking(true) : leave())}>
              {t.common.cancel}
            </Button>
          </>
        }
      />
      <Confirm
        title={w.discardTitle}
        action={w.discard}
        isOpen={isAsking}
        onConfirm={() => {
          discard()
          leave()
        }}
        onClose={() => setAsking(false)}
      >
        <p>{w.discardText(drive.company_name)}</p>
      </Confirm>
    </>
  )
}

/** useChanges holds what a person has changed of a drive, with what they had changed when they left it the last time. */
function useChanges(drive: DriveBody, isSaved: boolean) {
  const { user_id } = useSession().user
  const name = nameOf(drive)
  // What was there when the form was opened: the server's answers that come meanwhile do not change what is being typed.
  const [before] = useState(() => draftOf(drive))
  const [kept] = useState(() => readDraft<KeptChanges>(user_id, name))
  const [draft, setDraft] = useState(() => (kept ? onto(before, kept, drive.status !== 'pending') : before))
  const [isRemoved, setRemoved] = useState(!!kept?.isRemoved && !!drive.pdf_path)
  const [pdf, setPdf] = useChosenPdf(name, isSaved)
  const changes: DriveFields = { ...changesOf(before, draft), ...(isRemoved && !pdf ? { pdf_path: null } : {}) }
  const isChanged = Object.keys(changes).length > 0
  const [isRestored, setRestored] = useState(isChanged || !!pdf)
  const value: KeptChanges = useMemo(() => ({ before, after: draft, isRemoved }), [before, draft, isRemoved])
  useKeptDraft(name, drive.company_name, value, { dirty: isChanged, saved: isSaved })
  const discard = () => {
    setDraft(before)
    setPdf(null)
    setRemoved(false)
    setRestored(false)
    removeDraft(user_id, name)
  }
  const isDirty = isChanged || !!pdf
  return { draft, setDraft, pdf, setPdf, isRemoved, setRemoved, changes, isDirty, discard, isRestored }
}

/** useSave saves, also when the page has been left meanwhile: then nobody is taken anywhere, but told. */
function useSave(drive: DriveBody) {
  const { drive_id: id, company_name } = drive
  const queries = useQueryClient()
  const { user_id } = useSession().user
  const [, go] = useLocation()
  const isHere = useMounted()
  const name = nameOf(drive)
  return useMutation({
    mutationFn: ({ changes, pdf }: { changes: DriveFields; pdf: File | null }) =>
      pdf
        ? sendForm<DriveBody>(name, pdf, 'PATCH', `/drives/${id}`, formOf(changes, pdf))
        : data(api.PATCH('/drives/{id}', { params: { path: { id } }, body: changes })),
    onSuccess: (saved) => {
      removeDraft(user_id, name)
      forgetPdf(name)
      queries.setQueryData(driveQuery(id).queryKey, saved)
      tell(w.saved(saved.company_name))
      if (isHere()) go(`/drives/${id}`, { replace: true })
    },
    onError: (error) => {
      if (!isHere() && faultOf(error)) tell(w.notSaved(company_name, messageOf(error)), 'bad')
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['drives'] }),
  })
}
