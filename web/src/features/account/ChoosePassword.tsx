import { messageOf } from '~/api/problem'
import { signOut } from '~/api/session'
import { Button } from '~/kit/Button'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import { PasswordForm } from './PasswordForm'

/** ChoosePassword is the only screen of who signed in with a one-time code. */
export default function ChoosePassword() {
  const leave = () => signOut().catch((error) => tell(`${messageOf(error)} ${t.account.signOutFailed}`, 'bad'))
  return (
    <main className="gate">
      <div className="card stack">
        <h1>{t.account.chooseTitle}</h1>
        <p className="quiet">{t.account.chooseLead}</p>
        <PasswordForm oldLabel={t.account.code} />
        <Button look="plain" onPress={leave}>
          {t.common.nav.signOut}
        </Button>
      </div>
    </main>
  )
}
