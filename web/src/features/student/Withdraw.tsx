import { messageOf } from '~/api/problem'
import type { DriveBody } from '~/api/schema'
import { Confirm } from '~/kit/Dialog'
import { useFormats } from '~/kit/format'
import { t } from '~/texts'
import { useWithdraw } from './registering'

/** Withdraw asks before a registration is taken back. */
export default function Withdraw({
  drive,
  onDone,
  onClose,
}: {
  drive: DriveBody
  onDone: () => void
  onClose: () => void
}) {
  const { dateTime } = useFormats()
  const withdrawing = useWithdraw(drive, onDone)
  const until = drive.registration_deadline
  return (
    <Confirm
      title={t.student.withdrawTitle(drive.company_name)}
      action={t.student.withdraw}
      isOpen
      isPending={withdrawing.isPending}
      error={withdrawing.error && messageOf(withdrawing.error)}
      onConfirm={() => withdrawing.mutate()}
      onClose={onClose}
    >
      <p>{t.student.withdrawText(drive.job_title, drive.company_name)}</p>
      <p className="quiet">{until ? t.student.withdrawUntil(dateTime(until)) : t.student.withdrawAgain}</p>
    </Confirm>
  )
}
