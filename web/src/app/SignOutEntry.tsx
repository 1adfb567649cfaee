import { LogOut } from 'lucide-react'
import { lazy, useEffect, useState } from 'react'
import { part } from '~/api/build'
import { messageOf } from '~/api/problem'
import { signOut, useSession, worksOffline } from '~/api/session'
import { Part } from '~/kit/Part'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'

const loadLosses = part(() => import('./losses'), { keepsPage: true })
const loadSignOut = part(() => import('./SignOut'), { keepsPage: true })
const SignOut = lazy(loadSignOut)

/** SignOutEntry leaves, unless something would be left behind: then it asks. Only who works on drives can have such a thing. */
export function SignOutEntry() {
  const { user, role } = useSession()
  const [losses, ask] = useState<string[]>([])
  const leave = async () => {
    try {
      const found = worksOffline(role) ? await (await loadLosses()).lossesOf(user.user_id) : []
      if (found.length > 0) ask(found)
      else await signOut()
    } catch (error) {
      tell(`${messageOf(error)} ${t.account.signOutFailed}`, 'bad')
    }
  }
  // There, when it is needed, also without the network.
  useEffect(() => {
    if (worksOffline(role)) Promise.all([loadLosses(), loadSignOut()]).catch(() => {})
  }, [role])
  return (
    <>
      <button type="button" className="entry" onClick={leave}>
        <LogOut size={17} aria-hidden="true" />
        {t.common.nav.signOut}
      </button>
      {losses.length > 0 && (
        <Part>
          <SignOut losses={losses} onClose={() => ask([])} />
        </Part>
      )}
    </>
  )
}
