import { Dialog } from '~/kit/Dialog'
import { t } from '~/texts'
import { SignInForm } from './SignIn'

/** SignInAgain lies over a page whose session has ended, so that what was typed is still there afterwards. */
export default function SignInAgain({ email, onDone }: { email: string; onDone: () => void }) {
  return (
    <Dialog title={t.account.signInTitle} isOpen>
      <p>{t.account.signInAgain}</p>
      <SignInForm email={email} onDone={onDone} />
    </Dialog>
  )
}
