import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, data } from '~/api/client'
import { fieldsOf, messageOf } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import { Button } from '~/kit/Button'
import { Confirm } from '~/kit/Dialog'
import { count } from '~/kit/format'
import { tell } from '~/kit/toasts'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import type { useChosen } from './chosen'
import { eligibleKey } from './queries'

/** Publish asks, with the company and the number of students, and opens the drive. */
export function Publish({
  drive,
  whom,
  all,
  isNarrowed,
  choice,
  onClose,
}: {
  drive: DriveBody
  whom: 'chosen' | 'all'
  all: number
  isNarrowed: boolean
  choice: ReturnType<typeof useChosen>
  onClose: () => void
}) {
  const publishing = usePublish(drive.drive_id, () => choice.clear())
  const { chosen, dropIneligible } = choice
  const byHand = whom === 'chosen'
  const faults = fieldsOf(publishing.error)
  const drop = () =>
    dropIneligible.mutate(undefined, {
      onSuccess: ({ student_ids }) => {
        const eligible = new Set(student_ids)
        tell(t.selection.dropped(count([...chosen].filter((id) => !eligible.has(id)).length)))
        publishing.reset()
      },
    })
  return (
    <Confirm
      title={byHand ? t.selection.confirmChosen(chosen.size, count(chosen.size)) : t.selection.confirmAll(count(all))}
      action={t.selection.publish}
      danger={false}
      isOpen
      isPending={publishing.isPending}
      error={publishing.error && (Object.values(faults).join('. ') || messageOf(publishing.error))}
      onConfirm={() => publishing.mutate(byHand ? [...chosen] : [])}
      onClose={onClose}
    >
      <p>{t.selection.confirmText(drive.company_name, drive.job_title)}</p>
      <p className="quiet">{byHand ? t.selection.confirmHand : t.selection.confirmAllLater}</p>
      {!byHand && isNarrowed && <p className="banner">{t.selection.confirmFilters}</p>}
      {faults.selected_students && (
        <Button isPending={dropIneligible.isPending} onPress={drop}>
          {t.selection.dropIneligible}
        </Button>
      )}
    </Confirm>
  )
}

/** usePublish keeps the job's number in the page's address: whoever comes back sees how far it is. */
function usePublish(id: number, onPublished: () => void) {
  const queries = useQueryClient()
  const { set } = useUrlState()
  return useMutation({
    mutationFn: (selected_students: number[]) =>
      data(api.POST('/drives/{id}/publish', { params: { path: { id } }, body: { selected_students } })),
    onSuccess: ({ job_id }) => {
      set({ job: job_id })
      onPublished()
      queries.invalidateQueries({ queryKey: ['drives'] })
      // Begun again at the first page: reading each loaded page anew would take its time.
      queries.resetQueries({ queryKey: eligibleKey(id) })
    },
  })
}
