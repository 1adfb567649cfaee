import { useQuery } from '@tanstack/react-query'
import { messageOf } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import { Confirm } from '~/kit/Dialog'
import { count } from '~/kit/format'
import { t } from '~/texts'
import { drivePreviewQuery } from './queries'

interface Props {
  drive: DriveBody
  isOpen: boolean
  act: { mutate: () => void; isPending: boolean; error: unknown }
  onClose: () => void
}

const of = ({ isOpen, act, onClose }: Props) => ({
  isOpen,
  onClose,
  isPending: act.isPending,
  error: act.error ? messageOf(act.error) : null,
  onConfirm: () => act.mutate(),
})

export function PublishConfirm(props: Props) {
  const { drive, isOpen } = props
  const w = t.drives.publish
  const { data: preview, error } = useQuery({ ...drivePreviewQuery(drive.drive_id), enabled: isOpen })
  const eligible = preview?.eligible
  return (
    <Confirm {...of(props)} title={w.title(drive.company_name)} action={w.action} danger={false}>
      {eligible === undefined ? (
        <p>{error ? messageOf(error) : w.counting}</p>
      ) : (
        <p className={eligible === 0 ? 'banner warn' : ''}>{eligible === 0 ? w.none : w.text(count(eligible))}</p>
      )}
      <p className="quiet">{w.after}</p>
    </Confirm>
  )
}

export function StopConfirm(props: Props) {
  const { drive } = props
  const w = t.drives.stop
  return (
    <Confirm {...of(props)} title={w.title(drive.company_name)} action={w.action}>
      <p>{w.text(count(drive.registered_count))}</p>
      <p className="quiet">{w.after}</p>
    </Confirm>
  )
}

export function CancelConfirm(props: Props) {
  const { drive } = props
  const w = t.drives.cancel
  const registered = drive.registered_count ?? 0
  return (
    <Confirm {...of(props)} title={w.title(drive.company_name)} action={w.action} keep={w.keep}>
      <p>{w.text(drive.company_name, registered, count(registered))}</p>
      <p className="quiet">{w.after}</p>
    </Confirm>
  )
}

export function DeleteConfirm(props: Props) {
  const { drive } = props
  const w = t.drives.remove
  return (
    <Confirm {...of(props)} title={w.title(drive.company_name)} action={w.action}>
      <p>{w.text(drive.job_title)}</p>
    </Confirm>
  )
}
