import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { api, data } from '~/api/client'
import { readDraft, removeDraft } from '~/api/drafts'
import { fieldsOf, messageOf } from '~/api/problem'
import type { DriveBody, NewDrive as NewDriveBody } from '~/api/schema'
import { useSession } from '~/api/session'
import { faultOf, sendForm, useUpload } from '~/api/uploads'
import { Button } from '~/kit/Button'
import { useMounted } from '~/kit/mounted'
import { Page } from '~/kit/Page'
import { Sending } from '~/kit/Sending'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { DriveForm } from './DriveForm'
import { type Draft, emptyDraft, fieldsOfDraft, formOf, whole } from './draft'
import { PdfField } from './PdfField'
import { PublishNewConfirm } from './PublishNewConfirm'
import { forgetPdf, useChosenPdf, useKeptDraft } from './useKeptDraft'

const w = t.drives.form
/** What is not created yet has no number. */
const name = 'drive new'

export default function NewDrive() {
  const upload = useUpload(name)
  const [isOwn, setOwn] = useState(false)
  // Whoever comes back while it is being sent must not create it twice.
  return (
    <Page title={w.newTitle}>
      {upload && !isOwn ? <Sending upload={upload} /> : <New onSend={() => setOwn(true)} />}
    </Page>
  )
}

function New({ onSend }: { onSend: () => void }) {
  const { user } = useSession()
  const [restored, setRestored] = useState(() => whole(readDraft<Draft>(user.user_id, name)))
  const [draft, setDraft] = useState<Draft>(restored ?? emptyDraft)
  const creating = useCreate()
  const [pdf, setPdf] = useChosenPdf(name, creating.isSuccess)
  const [isAsking, setAsking] = useState(false)
  useKeptDraft(name, w.draftTitle(draft.company_name), draft, {
    dirty: JSON.stringify(draft) !== JSON.stringify(emptyDraft),
    saved: creating.isSuccess,
  })

  const send = (auto_calc: boolean) => {
    onSend()
    creating.mutate({ draft, pdf, auto_calc })
  }
  // Both buttons send the form, so that the browser looks at the fields first.
  const submit = (button: string) => (button === 'publish' ? setAsking(true) : send(false))
  const startAfresh = () => {
    setDraft(emptyDraft)
    setPdf(null)
    setRestored(null)
  }
  return (
    <>
      {restored && (
        <div className="banner row between" role="status">
          <span>{w.restored}</span>
          <Button onPress={startAfresh}>{w.startAfresh}</Button>
        </div>
      )}
      <DriveForm
        draft={draft}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        error={faultOf(creating.error)}
        onSubmit={submit}
        pdf={<PdfField file={pdf} onChoose={setPdf} fault={fieldsOf(creating.error).pdf} />}
        upload={useUpload(name)}
        actions={
          <>
            <Button type="submit" look="primary" isPending={creating.isPending}>
              {w.create}
            </Button>
            <Button type="submit" name="publish" isDisabled={creating.isPending}>
              {w.createAndPublish}
            </Button>
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
    </>
  )
}

interface Wanted {
  draft: Draft
  pdf: File | null
  auto_calc: boolean
}

/** useCreate creates the drive, also when its page has been left meanwhile: then nobody is taken anywhere, but told. */
function useCreate() {
  const queries = useQueryClient()
  const { user_id } = useSession().user
  const [, go] = useLocation()
  const isHere = useMounted()
  return useMutation({
    mutationFn: ({ draft, pdf, auto_calc }: Wanted) => {
      const body = { ...fieldsOfDraft(draft), auto_calc } as NewDriveBody
      if (!pdf) return data(api.POST('/drives', { body }))
      return sendForm<DriveBody>(name, pdf, 'POST', '/drives', formOf(body, pdf))
    },
    onSuccess: (drive, { auto_calc }) => {
      removeDraft(user_id, name)
      forgetPdf(name)
      queries.invalidateQueries({ queryKey: ['drives'] })
      tell(auto_calc ? w.createdAndPublished(drive.company_name) : w.created(drive.company_name))
      if (isHere()) go(`/drives/${drive.drive_id}`, { replace: true })
    },
    onError: (error, { draft }) => {
      if (!isHere() && faultOf(error)) tell(w.notCreated(draft.company_name, messageOf(error)), 'bad')
    },
  })
}
