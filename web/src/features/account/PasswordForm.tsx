import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { Form } from 'react-aria-components/Form'
import { api } from '~/api/client'
import { fieldsOf, messageOf } from '~/api/problem'
import { queryClient, sessionQuery } from '~/api/session'
import { Button } from '~/kit/Button'
import { TextField } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'

export function PasswordForm({ oldLabel = t.account.oldPassword }: { oldLabel?: string }) {
  const form = useRef<HTMLFormElement>(null)
  const [password, setPassword] = useState('')
  const changing = useMutation({
    mutationFn: (body: { old_password: string; new_password: string }) => api.POST('/auth/change-password', { body }),
    onSuccess: async () => {
      form.current?.reset()
      setPassword('')
      tell(t.account.passwordChanged)
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    changing.mutate({
      old_password: String(fields.get('old_password')),
      new_password: String(fields.get('new_password')),
    })
  }
  const faults = fieldsOf(changing.error)
  return (
    <Form ref={form} onSubmit={submit} className="form" validationErrors={faults}>
      {changing.error && Object.keys(faults).length === 0 && (
        <p className="banner bad" role="alert">
          {messageOf(changing.error)}
        </p>
      )}
      <TextField label={oldLabel} name="old_password" type="password" autoComplete="current-password" isRequired />
      <TextField
        label={t.account.newPassword}
        hint={t.account.newPasswordHelp}
        name="new_password"
        type="password"
        autoComplete="new-password"
        minLength={8}
        maxLength={128}
        value={password}
        onChange={setPassword}
        isRequired
      />
      <TextField
        label={t.account.repeat}
        type="password"
        autoComplete="new-password"
        validate={(again) => (again && again !== password ? t.account.repeatDiffers : null)}
        isRequired
      />
      <div className="actions start">
        <Button type="submit" look="primary" isPending={changing.isPending}>
          {t.account.changePassword}
        </Button>
      </div>
    </Form>
  )
}
