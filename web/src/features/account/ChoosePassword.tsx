import { signOut } from '~/api/session'
import { Button } from '~/kit/Button'
import { t } from '~/texts'
import { PasswordForm } from './PasswordForm'

/** ChoosePassword is the only screen of who signed in with a one-time code. */
export default function ChoosePassword() {
  return (
    <main className="gate">
      <div className="card stack">
        <h1>{t.account.chooseTitle}</h1>
        <p className="quiet">{t.account.chooseLead}</p>
        <PasswordForm oldLabel={t.account.code} />
        <Button look="plain" onPress={() => signOut()}>
          {t.common.nav.signOut}
        </Button>
      </div>
    </main>
  )
}
