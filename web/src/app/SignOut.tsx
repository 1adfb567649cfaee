import { useState } from 'react'
import { messageOf } from '~/api/problem'
import { signOut } from '~/api/session'
import { Confirm } from '~/kit/Dialog'
import { t } from '~/texts'

const text = t.leaving

/** SignOut asks before somebody leaves behind what is not saved, and names it. */
export default function SignOut({ losses, onClose }: { losses: readonly string[]; onClose: () => void }) {
  const [error, setError] = useState<string | null>(null)
  const [isPending, setPending] = useState(false)
  const leave = () => {
    setPending(true)
    signOut()
      .catch((reason) => setError(`${messageOf(reason)} ${t.account.signOutFailed}`))
      .finally(() => setPending(false))
  }
  return (
    <Confirm
      title={text.title}
      action={text.action}
      isOpen
      isPending={isPending}
      error={error}
      onConfirm={leave}
      onClose={onClose}
    >
      {losses.map((loss) => (
        <p key={loss}>{loss}</p>
      ))}
    </Confirm>
  )
}
