import { LogOut } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { messageOf } from '~/api/problem'
import { signOut, useSession, worksOffline } from '~/api/session'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'

const SignOut = lazy(() => import('./SignOut'))

/** SignOutEntry leaves, unless something would be left behind: then it asks. Only who works on drives can have such a thing. */
export function SignOutEntry() {
  const { user, role } = useSession()
  const [losses, ask] = useState<string[]>([])
  const leave = async () => {
    const found = worksOffline(role) ? await (await import('./losses')).lossesOf(user.user_id) : []
    if (found.length > 0) ask(found)
    else await signOut().catch((error) => tell(`${messageOf(error)} ${t.account.signOutFailed}`, 'bad'))
  }
  return (
    <>
      <button type="button" className="entry" onClick={leave}>
        <LogOut size={17} aria-hidden="true" />
        {t.common.nav.signOut}
      </button>
      {losses.length > 0 && (
        <Suspense>
          <SignOut losses={losses} onClose={() => ask([])} />
        </Suspense>
      )}
    </>
  )
}
