import { useEffect, useState } from 'react'
import { keepDraft, removeDraft } from '~/api/drafts'
import { queryClient, useSession } from '~/api/session'
import { useUnsaved } from '~/api/unsaved'
import { t } from '~/texts'

/** useKeptDraft keeps what a form holds for as long as it is changed and not saved. */
export function useKeptDraft(name: string, title: string, value: unknown, is: { dirty: boolean; saved: boolean }) {
  const { user_id } = useSession().user
  useEffect(() => {
    if (is.saved) return
    if (is.dirty) keepDraft(user_id, name, title, value)
    else removeDraft(user_id, name)
  }, [user_id, name, title, value, is.dirty, is.saved])
}

const chosen = 'chosen-pdf'
queryClient.setQueryDefaults([chosen], { gcTime: Number.POSITIVE_INFINITY, staleTime: Number.POSITIVE_INFINITY })

export const forgetPdf = (name: string) => queryClient.removeQueries({ queryKey: [chosen, name], exact: true })

/**
 * useChosenPdf holds a form's PDF in this window's memory, so that the form can be left and come back to. A browser keeps no
 * file beyond that, so it asks before the window is closed.
 */
export function useChosenPdf(name: string, isSaved: boolean) {
  const [pdf, set] = useState(() => queryClient.getQueryData<File>([chosen, name]) ?? null)
  useUnsaved(pdf && !isSaved ? t.drives.pdf.unsaved(pdf.name) : null)
  const choose = (file: File | null) => {
    set(file)
    if (file) queryClient.setQueryData([chosen, name], file)
    else forgetPdf(name)
  }
  return [pdf, choose] as const
}
