import { useQuery } from '@tanstack/react-query'
import { Confirm } from '~/kit/Dialog'
import { count } from '~/kit/format'
import { t } from '~/texts'
import { criteriaBody } from './criteria'
import type { Draft } from './draft'
import { previewQuery } from './queries'

const w = t.drives.form

/** PublishNewConfirm says how many will be told before a new drive goes out at once. */
export function PublishNewConfirm({
  draft,
  ...props
}: {
  draft: Draft
  isOpen: boolean
  onConfirm: () => void
  onClose: () => void
}) {
  const { data: preview } = useQuery({ ...previewQuery(criteriaBody(draft.criteria)), enabled: props.isOpen })
  return (
    <Confirm {...props} title={w.publishTitle(draft.company_name.trim())} action={w.createAndPublish} danger={false}>
      <p>{preview ? w.publishText(count(preview.eligible)) : w.publishTextUnknown}</p>
      <p className="quiet">{t.drives.publish.after}</p>
    </Confirm>
  )
}
