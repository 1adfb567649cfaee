import { LogOut } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { messageOf } from '~/api/problem'
import { signOut, useSession, worksOffline } from '~/api/session'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'

const SignOut = lazy(() => import('~/features/attendance/SignOut'))

/** SignOutEntry leaves, unless marks of attendance would stay behind: then it asks. */
export function SignOutEntry() {
  const { user, role } = useSession()
  const [unsent, ask] = useState(0)
  const leave = async () => {
    const waiting = worksOffline(role) ? await (await import('~/api/kept')).unsentOf(user.user_id) : 0
    if (waiting > 0) ask(waiting)
    else await signOut().catch((error) => tell(`${messageOf(error)} ${t.account.signOutFailed}`, 'bad'))
  }
  return (
    <>
      <button type="button" className="entry" onClick={leave}>
        <LogOut size={17} aria-hidden="true" />
        {t.common.nav.signOut}
      </button>
      {unsent > 0 && (
        <Suspense>
          <SignOut unsent={unsent} onClose={() => ask(0)} />
        </Suspense>
      )}
    </>
  )
}
