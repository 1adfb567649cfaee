import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect } from 'react'
import { Form } from 'react-aria-components/Form'
import { messageOf } from '~/api/problem'
import { signIn } from '~/api/session'
import { Button } from '~/kit/Button'
import { TextField } from '~/kit/TextField'
import { t } from '~/texts'

export function SignIn() {
  useEffect(() => {
    document.title = `${t.account.signInTitle} · ${t.common.appName}`
  }, [])
  return (
    <main className="gate">
      <div className="card stack">
        <div className="stack tight">
          <span className="brand">
            <img src="/app/icon.svg" alt="" width="26" height="26" />
            {t.common.appName}
          </span>
          <h1>{t.account.signInTitle}</h1>
          <p className="quiet">{t.account.signInLead}</p>
        </div>
        <SignInForm />
        <p className="quiet">{t.account.forgotten}</p>
      </div>
    </main>
  )
}

/** SignInForm is also shown over a page whose session has ended (SignInAgain). */
export function SignInForm({ email = '', onDone }: { email?: string; onDone?: () => void }) {
  const entering = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: () => onDone?.(),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    entering.mutate({ email: String(fields.get('email')), password: String(fields.get('password')) })
  }
  return (
    <Form onSubmit={submit} className="form">
      {entering.error && (
        <p className="banner bad" role="alert">
          {messageOf(entering.error)}
        </p>
      )}
      <TextField
        label={t.account.email}
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={email}
        isRequired
        autoFocus={!email}
      />
      <TextField
        label={t.account.password}
        name="password"
        type="password"
        autoComplete="current-password"
        isRequired
        autoFocus={!!email}
      />
      <Button type="submit" look="primary" isPending={entering.isPending}>
        {t.account.signIn}
      </Button>
    </Form>
  )
}
